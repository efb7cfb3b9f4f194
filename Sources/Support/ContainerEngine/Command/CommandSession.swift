internal import FoundationEssentials
internal import Glibc
internal import LaunchSubprocess

/// Runs the command line of docker or podman against one engine, with its own configuration folder, so that the user's
/// login data is neither read nor written.
///
/// Only the owner can read the folder. `with` deletes it in all cases. If the process is killed, the next session
/// deletes it.
public struct CommandSession: Sendable {
    /// The command line.
    public let command: EngineCommand
    private let address: EngineAddress
    private let folder: String
    private let isConfined: Bool

    /// Makes a session, and deletes its folder after `body`.
    /// - Parameter isConfined: whether docker's command line can change files in the session's folder only, if the
    /// kernel supports that.
    public static func with<T: Sendable>(
        _ command: EngineCommand, engine address: EngineAddress, isConfined: Bool = true,
        _ body: (CommandSession) async throws(EngineError) -> T
    ) async throws(EngineError) -> T {
        let folder = try PrivateFolder(
            in: FileManager.default.temporaryDirectory.path, prefix: PrivateFolder.dockerPrefix)
        defer { extendLifetime(folder) }
        linkPlugins(into: folder.path)
        return try await body(
            CommandSession(command: command, address: address, folder: folder.path, isConfined: isConfined))
    }

    /// Logs in to a registry for the session. The password is passed on standard input only.
    public func login(_ credentials: RegistryCredentials) async throws(EngineError) {
        var arguments = ["login", "--username", credentials.username, "--password-stdin"]
        arguments += insecure(credentials.server) + [credentials.server]
        try await run(
            arguments, what: "login to \(credentials.server)", stdin: .bytes([UInt8](credentials.password.utf8)),
            timeout: .seconds(120)
        ) { _ in }
    }

    /// Gives these logins to the command line for the session, without contacting the registries. They are written to
    /// the session's folder, which only this user can read.
    public func use(_ logins: [RegistryCredentials]) throws(EngineError) {
        guard !logins.isEmpty else { return }
        for name in ["config.json", "auth.json"] { try RegistryCredentials.write(logins, to: "\(folder)/\(name)") }
    }

    /// Builds an image and returns its ID (`sha256:…`). Cancelling the task ends the whole process group.
    /// - Parameters:
    ///   - timeout: the limit for the whole build.
    ///   - line: called with every line that the builder prints.
    public func build(
        _ build: ImageBuild, timeout: Duration? = nil, line: @escaping @Sendable (String) async -> Void
    ) async throws(EngineError) -> String {
        let identity = "\(folder)/image-id"
        let arguments = build.arguments(for: command, imageIDFile: identity)
        try await run(arguments, what: "build", timeout: timeout, line: line)
        guard let data = FileManager.default.contents(atPath: identity) else {
            throw EngineError(.protocolFault, "\(command) built an image and did not report its ID.")
        }
        let id = String(decoding: data, as: UTF8.self).filter { !$0.isWhitespace }
        return id.hasPrefix("sha256:") ? id : "sha256:\(id)"
    }

    /// Pushes `host/repository:tag`.
    public func push(
        _ reference: String, timeout: Duration? = nil, line: @escaping @Sendable (String) async -> Void
    ) async throws(EngineError) {
        try await run(
            ["push"] + insecure(reference) + [reference], what: "push of \(reference)", timeout: timeout, line: line)
    }

    /// Docker's engine uses plain HTTP on loopback by default; podman needs an option.
    private func insecure(_ place: String) -> [String] {
        let host = place.prefix { $0 != "/" && $0 != ":" }
        let isLoopback = host == "localhost" || host.hasPrefix("127.")
        return command.kind == .podman && isLoopback ? ["--tls-verify=false"] : []
    }

    private func run(
        _ arguments: [String], what: String, stdin: Subprocess.Input = .none, timeout: Duration?,
        line: @escaping @Sendable (String) async -> Void
    ) async throws(EngineError) {
        let tail = LastLines()
        let output = Subprocess.Output.lines { text in
            tail.add(text)
            await line(text)
        }
        let result: Subprocess.Result
        do {
            result = try await Subprocess.run(
                command.path, connection + arguments, environment: .allowed(Self.allowed, setting: setting),
                stdin: stdin, stdout: output,
                stderr: output, timeout: timeout, confinement: confinement)
        } catch {
            switch error.code {
            case .cancelled: throw EngineError(.cancelled, "The \(what) was cancelled.")
            case .timedOut:
                throw EngineError(.timedOut, "The \(what) took longer than \(timeout ?? .zero) and was stopped.")
            default: throw EngineError(.missingTool, "\(command.path) could not be run: \(error.description).")
            }
        }
        guard !result.exit.isSuccess else { return }
        let how =
            switch result.exit {
            case .code(let code): "exit code \(code)"
            case .signal(let signal): "signal \(signal)"
            }
        let words = tail.text
        throw EngineError(
            Self.isRefusal(words) ? .denied : .commandFailed,
            "The \(what) ended with \(how)\(words.isEmpty ? "." : ":\n\(words)")")
    }

    private static func isRefusal(_ words: String) -> Bool {
        let words = words.lowercased()
        return ["unauthorized", "authentication required", "no basic auth credentials", "denied: "]
            .contains { words.contains($0) }
    }

    /// Podman is not confined, because it needs its own helpers with privileges.
    private var confinement: Subprocess.Confinement? {
        isConfined && command.kind == .docker ? Subprocess.Confinement(writable: [folder]) : nil
    }

    private var connection: [String] {
        command.kind == .podman ? ["--url", address.description] : []
    }

    private var setting: [String: String] {
        var environment = address.commandVariables
        environment["DOCKER_CONFIG"] = folder
        if confinement != nil { environment["TMPDIR"] = folder }
        environment["REGISTRY_AUTH_FILE"] = "\(folder)/auth.json"
        environment["DOCKER_BUILDKIT"] = command.buildKit == .none ? "0" : "1"
        environment["BUILDKIT_PROGRESS"] = "plain"
        environment["DOCKER_CLI_HINTS"] = "false"
        return environment
    }

    /// The variables for docker and podman command lines.
    static let allowed = Subprocess.AllowedVariables(names: Subprocess.AllowedVariables.network)

    /// Makes the user's docker plugins available, and nothing else from the user's folder.
    private static func linkPlugins(into folder: String) {
        guard let home = ProcessInfo.processInfo.environment["HOME"] else { return }
        let plugins = "\(home)/.docker/cli-plugins"
        if access(plugins, X_OK) == 0 { symlink(plugins, "\(folder)/cli-plugins") }
    }
}
