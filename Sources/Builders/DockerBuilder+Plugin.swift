internal import FoundationEssentials
internal import LaunchContainerEngine
public import LaunchPluginKit
internal import LaunchRegistryLogins

extension DockerBuilder {
    /// The declaration of `builder: {type: docker}`.
    public static let plugin = Plugin<any Builder>(
        type: "docker", summary: "Builds images with the docker or podman of this machine.",
        fields: [
            Field(
                "platform", .choice(["linux/amd64", "linux/arm64"]), default: .string("linux/amd64"),
                help: "Platform of the images."),
            BuilderOptions.destination,
            Field(
                "engine", .string, default: .string("auto"), example: "unix:///var/run/docker.sock",
                help: "auto, docker, podman, or the address of the engine's socket."),
            Field(
                "build_args", .map(.string), example: "{PYTHON: '3.12'}",
                help: "Build arguments by name. They are readable in the image, so they must not be secrets."),
            Field(
                "secrets", .map(BuildSecret.kind), example: "{pip: {file: /run/secrets/pip.conf, queues: [train]}}",
                help:
                    "Files, by the ID that RUN --mount=type=secret uses; needs BuildKit. A file without queues "
                    + "and sources reaches only runs without a queue."),
            Field(
                "target", .string, example: "runtime", help: "Stage of the Dockerfile to build. Default: the last one."),
            Field("timeout", .duration, default: .integer(3600), example: "1h", help: "Limit for one build."),
            Field(
                "no_cache", .boolean, default: .bool(false),
                help:
                    "Build for every run, and rebuild every step. A Dockerfile that adds unpinned files from the network is built "
                    + "for every run too; an ONBUILD ADD of a base image is not noticed."),
            Field(
                "network", .string, example: "host",
                help: "Network of the RUN steps: none, host, or a network of the engine."),
        ],
        examples: [
            "builder:\n  type: docker\n",
            """
            builder:
              type: docker
              platform: linux/arm64
              destination: team/train
              build_args:
                PYTHON: "3.12"
              secrets:
                pip: /run/secrets/pip.conf
                git:
                  file: /run/secrets/netrc
                  queues: [train]
                  sources: ["https://git.example.com/ml/*"]
              timeout: 30m

            """,
        ],
        hints: ConfigHints(
            keys: ClusterBuilder.hints,
            types: [
                "kaniko":
                    "W&B's kaniko is not supported: build with \"buildah\", which needs no container engine, or with \"docker\""
            ]),
        make: { options, context throws(BackendError) in try DockerBuilder(options, context) })

    init(_ options: Options, _ context: PluginContext) throws(BackendError) {
        settings = try Settings(options, context)
        engine = SharedEngine(option: settings.engine.option(context.variables), variables: context.variables)
        logins = PullLogins(context)
        bases = BaseImages(engine: engine, logins: logins, context)
    }
}

extension DockerBuilder.Settings {
    /// The settings of a block.
    /// - Throws: for values that make every build fail.
    init(_ options: Options, _ context: PluginContext) throws(BackendError) {
        self.init(
            platform: options.string("platform") ?? "linux/amd64", destination: options.string("destination"),
            engine: try EngineChoice(options.string("engine")), buildArguments: options.stringMap("build_args") ?? [:],
            secrets: (options.values["secrets"]?.objectValue ?? [:]).map { BuildSecret($0.key, $0.value) }
                .sorted { $0.id < $1.id }, target: options.string("target"),
            timeout: options.duration("timeout") ?? .seconds(3600), noCache: options.flag("no_cache"),
            network: options.string("network"), isConfined: context.sandbox)
        try check()
    }

    /// Throws for values that make every build fail. Called before a build starts.
    fileprivate func check() throws(BackendError) {
        try BuilderOptions.check(buildArguments: buildArguments)
        for secret in secrets { try secret.check() }
        for (name, text) in [("target", target), ("network", network)] {
            if let text, text.isEmpty || text.hasPrefix("-") || text.contains(where: \.isWhitespace) {
                throw BackendError(.invalid, "The builder's '\(name)' is '\(text)', which is not a valid name.")
            }
        }
        if let destination { try BuilderOptions.check(destination: destination) }
        guard timeout > .zero else { throw BackendError(.invalid, "The builder's 'timeout' must be longer than 0 s.") }
    }
}
