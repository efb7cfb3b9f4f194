internal import FoundationEssentials
internal import LaunchContainerEngine
internal import LaunchOCIRegistry
public import LaunchPluginKit
internal import LaunchRegistryLogins

extension LocalRegistry {
    /// The declaration of `registry: {type: local}`.
    public static let plugin = Plugin<any Registry>(
        type: "local",
        summary: "The container engine's own store of images, or any OCI registry by its URI.",
        fields: [
            Field(
                "uri", .string, example: "localhost:5000/team",
                help: "Registry as host[:port][/path]; without it, images stay in the engine's own store."),
            Field("username", .string, example: "trainer", help: "User for the registry's login."),
            Field(
                "password_file", .file, example: "/run/secrets/registry-password",
                help: "File whose first line is the password, relative to the configuration; read for each login."),
            Field(
                "password_env", .string, example: "REGISTRY_PASSWORD",
                help: "Name of the agent's environment variable that holds the password."),
            Field(
                "ca_file", .file, example: "/etc/ssl/team-ca.pem",
                help: "PEM file with the authorities that sign the registry's certificate, instead of the system's."),
            Field(
                "token_hosts", .list(.string), example: "[auth.example.com]",
                help: "Hosts, or host:port, of token services that may receive the login, besides the registry."),
            Field(
                "insecure", .boolean, default: .bool(false),
                help: "Plain http also for a registry on another machine."),
            Field(
                "engine", .string, example: "unix:///var/run/docker.sock",
                help: "Socket of the container engine; without it, DOCKER_HOST and the usual sockets are tried."),
        ],
        examples: [
            "registry:\n  type: local\n",
            "registry:\n  type: local\n  uri: localhost:5000\n",
            """
            registry:
              type: local
              uri: registry.example.com:5000/team
              username: trainer
              password_file: /run/secrets/registry-password
              ca_file: /etc/ssl/team-ca.pem

            """,
        ],
        optionsForDestination: { destination in
            guard let host = destination.host, (try? RegistryLocation(parsing: host)) != nil else { return nil }
            return ["uri": .string(host)]
        },
        hints: ConfigHints(
            types: Dictionary(
                uniqueKeysWithValues: ["gcr", "acr"].map {
                    ($0, "use \"local\", which is any OCI registry: give its host and path as uri")
                })),
        make: { options, context throws(BackendError) in try LocalRegistry(options, context) })

    init(_ options: Options, _ context: PluginContext) throws(BackendError) {
        engine = SharedEngine(option: options.string("engine"), variables: context.variables)
        logins = PullLogins(context)
        guard let uri = options.string("uri") else {
            for name in ["username", "password_file", "password_env", "ca_file", "token_hosts"]
            where options.values[name] != nil {
                throw BackendError(
                    .invalid, "'\(name)' is given without 'uri', and the engine's own store does not use it.",
                    hint: "Add 'uri: host[:port][/path]', or remove '\(name)'.")
            }
            remote = nil
            return
        }
        let location = try RegistryLocation(parsing: uri)
        let caFile = options.string("ca_file")
        if let caFile, !FileManager.default.isReadableFile(atPath: caFile) {
            throw BackendError(.invalid, "The 'ca_file' \(caFile) cannot be read.")
        }
        if caFile != nil, options.flag("insecure") {
            throw BackendError(
                .invalid, "'ca_file' and 'insecure: true' cannot be combined: one is for https, the other for http."
            )
        }
        remote = RemoteStore(
            location: location, login: try PasswordSource(options, context), logins: logins,
            configuration: .init(
                host: location.host, caFile: caFile, insecure: options.flag("insecure"),
                tokenHosts: options.strings("token_hosts") ?? []))
    }
}

extension LocalRegistry: CrossChecking {
    /// Warns about a destination with a host if images are never pushed there.
    public func findings(with parts: Parts) -> [Finding] {
        guard remote == nil, let text = parts.builder.repository,
            let host = (try? ImageReference(parsing: text))?.host
        else { return [] }
        return [
            Finding(
                .warning, at: FieldPath([.member(Role.builder.rawValue), .member("destination")]),
                "images are named \"\(text)\" and stay in the engine's own store; nothing is pushed to \(host)",
                hint: "to push them, remove 'registry' or give it 'uri: \(host)'")
        ]
    }
}
