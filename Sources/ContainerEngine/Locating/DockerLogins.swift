internal import FoundationEssentials
internal import Subprocess

/// The logins that the user has given to docker or podman: of `config.json` and `auth.json`, and of the credential helpers
/// that these name. They are read for each use, because helpers hand out short-lived ones.
public struct DockerLogins: Sendable {
    /// The files, the first one that has a login for a registry counts.
    private let files: [String]
    /// Where helpers are looked for; nil is this process's PATH.
    private let path: String?
    /// How long a helper may take.
    private let limit: Duration

    /// Docker's key of Docker Hub, which has another name than its images have.
    static let hubKey = "https://index.docker.io/v1/"
    private static let hubNames: Set<String> = ["docker.io", "index.docker.io", "registry-1.docker.io"]

    /// The logins that a process with these variables has.
    public init(variables: [String: String]) {
        self.init(variables: variables, limit: .seconds(60))
    }

    init(variables: [String: String], limit: Duration) {
        func set(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
        files = [
            DockerContext.folder(variables).map { "\($0)/config.json" }, set("REGISTRY_AUTH_FILE"),
            set("XDG_RUNTIME_DIR").map { "\($0)/containers/auth.json" },
            set("HOME").map { "\($0)/.config/containers/auth.json" },
        ].compactMap { $0 }
        path = set("PATH")
        self.limit = limit
    }

    private struct File: Decodable {
        struct Entry: Decodable {
            var auth: String?
            var identitytoken: String?
        }
        var auths: [String: Entry]?
        var credsStore: String?
        var credHelpers: [String: String]?
    }

    private struct Answer: Decodable {
        var Username: String
        var Secret: String
    }

    /// The login for a registry; nil where the user has none.
    /// - Parameter host: the registry with its port, as an image's name has it; nil is Docker Hub.
    /// - Throws: `missingTool` or `commandFailed` where a helper that is to know the login cannot be asked.
    public func login(to host: String?) async throws(EngineError) -> RegistryCredentials? {
        let name = Self.name(of: host ?? "docker.io")
        for path in files {
            guard let file = DockerContext.read(File.self, path) else { continue }
            let helper = file.credHelpers?.first { Self.name(of: $0.key) == name }?.value ?? file.credsStore
            if let helper, !helper.isEmpty, let found = try await ask(helper, for: name, file: path) { return found }
            if let found = Self.entry(for: name, in: file) { return found }
        }
        return nil
    }

    /// The registry of a key, which may be a URL: `https://registry.example.com/v1/`.
    private static func name(of key: String) -> String {
        var name = key[...]
        for scheme in ["https://", "http://"] where name.hasPrefix(scheme) { name = name.dropFirst(scheme.count) }
        let host = name.prefix { $0 != "/" }.lowercased()
        return hubNames.contains(host) ? "docker.io" : host
    }

    /// The text by which docker's helpers and engines know a registry.
    static func key(of name: String) -> String { hubNames.contains(name) ? hubKey : name }

    private static func entry(for name: String, in file: File) -> RegistryCredentials? {
        // Docker takes the plain name before a URL of the same host.
        let found = (file.auths ?? [:]).filter { Self.name(of: $0.key) == name }.sorted { $0.key.count < $1.key.count }
        for (_, entry) in found {
            let pair = entry.auth.flatMap { Data(base64Encoded: $0) }.flatMap { String(data: $0, encoding: .utf8) }
            let parts = (pair ?? "").split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let username = parts.first.map(String.init) ?? ""
            if let token = entry.identitytoken, !token.isEmpty {
                return RegistryCredentials(username: username, identityToken: token, server: key(of: name))
            }
            // Docker writes NUL bytes after some passwords.
            let password = parts.count == 2 ? String(parts[1].prefix { $0 != "\0" }) : ""
            if !username.isEmpty, !password.isEmpty {
                return RegistryCredentials(username: username, password: password, server: key(of: name))
            }
        }
        return nil
    }

    // MARK: helpers

    /// What a helper may see: how to reach the network, the user's session and key rings, and which profile of AWS counts.
    /// Keys in variables are not passed on.
    private static let allowed = Subprocess.AllowedVariables(
        names: Subprocess.AllowedVariables.network.union([
            "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY", "GNUPGHOME", "PASSWORD_STORE_DIR", "AWS_PROFILE",
            "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE",
            "AWS_SDK_LOAD_CONFIG", "AWS_ECR_DISABLE_CACHE", "AWS_ECR_CACHE_DIR", "AWS_WEB_IDENTITY_TOKEN_FILE",
            "AWS_ROLE_ARN", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_CONFIG",
        ]))

    private func ask(_ helper: String, for name: String, file: String) async throws(EngineError) -> RegistryCredentials?
    {
        let program = "docker-credential-\(helper)"
        // The name becomes a part of a program's name, which is looked for on the PATH.
        guard helper.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._-]*/) != nil, helper.utf8.count <= 100 else {
            throw EngineError(.missingTool, "\(file) names the credential helper '\(helper)', which is not a name.")
        }
        guard let executable = Subprocess.findAll(program, path: path).first else {
            throw EngineError(
                .missingTool, "\(file) names the credential helper \(program), which is not on the PATH.",
                hint: "Install it, or take it out of that file.")
        }
        let result: Subprocess.Result
        do {
            result = try await Subprocess.run(
                executable, ["get"],
                environment: .allowed(Self.allowed, setting: path.map { ["PATH": $0] } ?? [:]),
                stdin: .bytes(Array(Self.key(of: name).utf8)), stdout: .collect(maxBytes: 1 << 20),
                stderr: .collect(maxBytes: 64 << 10), timeout: limit)
        } catch {
            switch error.code {
            case .cancelled: throw EngineError(.cancelled, "The login to \(name) was cancelled.")
            case .timedOut: throw EngineError(.commandFailed, "\(program) gave no login to \(name) within \(limit).")
            default:
                throw EngineError(
                    .missingTool, "\(file) names the credential helper \(program), which cannot be run: \(error).")
            }
        }
        guard result.exit.isSuccess else {
            // Helpers say so on standard output. What else they print there may be a secret.
            if result.stdoutText.contains("credentials not found") { return nil }
            throw EngineError(.commandFailed, "\(program) gave no login to \(name): it ended with \(result.exit).")
        }
        guard !result.isTruncated, let answer = try? JSONDecoder().decode(Answer.self, from: Data(result.stdout)) else {
            throw EngineError(.commandFailed, "\(program) gave no login to \(name): its answer is not one.")
        }
        guard !answer.Secret.isEmpty else { return nil }
        // The user name that marks an identity token.
        if answer.Username == "<token>" {
            return RegistryCredentials(username: "", identityToken: answer.Secret, server: Self.key(of: name))
        }
        return RegistryCredentials(username: answer.Username, password: answer.Secret, server: Self.key(of: name))
    }
}
