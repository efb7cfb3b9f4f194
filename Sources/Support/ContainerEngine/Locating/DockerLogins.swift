internal import FoundationEssentials
internal import LaunchSubprocess

/// The user's logins of docker or podman: from `config.json` and `auth.json`, and from the credential helpers that
/// these name. They are read for each use, because helpers return short-lived logins.
public struct DockerLogins: Sendable {
    /// The files. The first one with a login for a registry wins.
    private let files: [String]
    /// The folders to search for helpers; nil is this process's PATH.
    private let path: String?
    /// The time limit of a helper.
    private let limit: Duration
    /// The time after which a wait for a helper is reported.
    private let patience: Duration

    /// Docker's key for Docker Hub, which differs from the host in image names.
    static let hubKey = "https://index.docker.io/v1/"
    private static let hubNames: Set<String> = ["docker.io", "index.docker.io", "registry-1.docker.io"]

    /// The logins of a process with these variables.
    public init(variables: [String: String]) {
        self.init(variables: variables, limit: .seconds(20), patience: .seconds(3))
    }

    init(variables: [String: String], limit: Duration, patience: Duration) {
        func set(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
        files = [
            DockerContext.folder(variables).map { "\($0)/config.json" }, set("REGISTRY_AUTH_FILE"),
            set("XDG_RUNTIME_DIR").map { "\($0)/containers/auth.json" },
            set("HOME").map { "\($0)/.config/containers/auth.json" },
        ].compactMap { $0 }
        path = set("PATH")
        self.limit = limit
        self.patience = patience
    }

    private struct File: Decodable {
        struct Entry: Decodable {
            var auth: String?
            var username: String?
            var password: String?
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

    /// The login for a registry; nil if the user has none.
    /// - Parameters:
    ///   - host: the registry with its port, as in an image's name; nil is Docker Hub.
    ///   - waiting: gets the program of a credential helper that has not answered within a few seconds.
    /// - Throws: `missingTool` or `commandFailed` if a credential helper cannot be run; `invalid` if no login is found
    ///   and a file that may have one cannot be read.
    public func login(
        to host: String?, waiting: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws(EngineError) -> RegistryCredentials? {
        let name = Self.name(of: host ?? "docker.io")
        var unreadable: EngineError?
        for path in files {
            let file: File
            do throws(EngineError) {
                guard let found = try DockerFile.read(File.self, path) else { continue }
                file = found
            } catch {
                unreadable = unreadable ?? error
                continue
            }
            let helper = file.credHelpers?.first { Self.name(of: $0.key) == name }?.value ?? file.credsStore
            if let helper, !helper.isEmpty,
                let found = try await ask(helper, for: name, file: path, waiting: waiting)
            {
                return found
            }
            if let found = Self.entry(for: name, in: file) { return found }
        }
        if let unreadable { throw unreadable }
        return nil
    }

    /// The registry of a key, which may be a URL: `https://registry.example.com/v1/`.
    private static func name(of key: String) -> String {
        var name = key[...]
        for scheme in ["https://", "http://"] where name.hasPrefix(scheme) { name = name.dropFirst(scheme.count) }
        let host = name.prefix { $0 != "/" }.lowercased()
        return hubNames.contains(host) ? "docker.io" : host
    }

    /// The key of a registry for docker's helpers and engines.
    static func key(of name: String) -> String { hubNames.contains(name) ? hubKey : name }

    private static func entry(for name: String, in file: File) -> RegistryCredentials? {
        // Docker prefers the plain name to a URL with the same host.
        let found = (file.auths ?? [:]).filter { Self.name(of: $0.key) == name }.sorted { $0.key.count < $1.key.count }
        for (_, entry) in found {
            let pair = entry.auth.flatMap { Data(base64Encoded: $0) }.flatMap { String(data: $0, encoding: .utf8) }
            let parts = (pair ?? "").split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            // Docker prefers "auth" to the two keys that older versions and other programs write.
            let username = pair == nil ? entry.username ?? "" : parts.first.map(String.init) ?? ""
            if let token = entry.identitytoken, !token.isEmpty {
                return RegistryCredentials(username: username, identityToken: token, server: key(of: name))
            }
            // Docker writes NUL bytes after some passwords.
            let own = parts.count == 2 ? String(parts[1].prefix { $0 != "\0" }) : ""
            let password = pair == nil ? entry.password ?? "" : own
            if !username.isEmpty, !password.isEmpty {
                return RegistryCredentials(username: username, password: password, server: key(of: name))
            }
        }
        return nil
    }

    // MARK: helpers

    /// The variables for a helper: network settings, the user's session and key rings, and the AWS profile. Variables
    /// with access keys are withheld.
    private static let allowed = Subprocess.AllowedVariables(
        names: Subprocess.AllowedVariables.network.union([
            "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY", "GNUPGHOME", "PASSWORD_STORE_DIR", "AWS_PROFILE",
            "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE",
            "AWS_SDK_LOAD_CONFIG", "AWS_ECR_DISABLE_CACHE", "AWS_ECR_CACHE_DIR", "AWS_WEB_IDENTITY_TOKEN_FILE",
            "AWS_ROLE_ARN", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_CONFIG",
        ]))

    private func ask(
        _ helper: String, for name: String, file: String, waiting: @escaping @Sendable (String) -> Void
    ) async throws(EngineError) -> RegistryCredentials? {
        let program = "docker-credential-\(helper)"
        // The name becomes part of a program name that is searched on the PATH.
        guard helper.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._-]*/) != nil, helper.utf8.count <= 100 else {
            throw EngineError(
                .missingTool, "\(file) names the credential helper '\(helper)', which is not a valid name.")
        }
        guard let executable = Subprocess.findAll(program, path: path).first else {
            throw EngineError(
                .missingTool, "\(file) names the credential helper \(program), which is not on the PATH.",
                hint: "Install it, or remove it from that file.")
        }
        let result: Subprocess.Result
        let report = Task { [patience] in
            try await Task.sleep(for: patience)
            waiting(program)
        }
        defer { report.cancel() }
        do {
            result = try await Subprocess.run(
                executable, ["get"],
                environment: .allowed(Self.allowed, setting: path.map { ["PATH": $0] } ?? [:]),
                stdin: .bytes(Array(Self.key(of: name).utf8)), stdout: .collect(maxBytes: 1 << 20),
                stderr: .collect(maxBytes: 64 << 10), timeout: limit)
        } catch {
            switch error.code {
            case .cancelled: throw EngineError(.cancelled, "The login to \(name) was cancelled.")
            case .timedOut:
                throw EngineError(.commandFailed, "\(program) returned no login to \(name) within \(limit).")
            default:
                throw EngineError(
                    .missingTool, "\(file) names the credential helper \(program), which cannot be run: \(error).")
            }
        }
        guard result.exit.isSuccess else {
            // Helpers print this on standard output. Other output there may be a secret.
            if result.stdoutText.contains("credentials not found") { return nil }
            throw EngineError(.commandFailed, "\(program) returned no login to \(name): it ended with \(result.exit).")
        }
        guard !result.isTruncated, let answer = try? JSONDecoder().decode(Answer.self, from: Data(result.stdout)) else {
            throw EngineError(.commandFailed, "\(program) returned no login to \(name): its output is not a login.")
        }
        guard !answer.Secret.isEmpty else { return nil }
        // Docker's user name for an identity token.
        if answer.Username == "<token>" {
            return RegistryCredentials(username: "", identityToken: answer.Secret, server: Self.key(of: name))
        }
        return RegistryCredentials(username: answer.Username, password: answer.Secret, server: Self.key(of: name))
    }
}
