internal import FoundationEssentials
internal import Glibc
internal import LaunchPluginKit

/// A user name, and the source of its password, which is never the configuration itself.
struct PasswordSource: Sendable {
    private enum Origin: Sendable {
        case file(String)
        case variable(Secret)
    }

    /// The size limit of a password file, in bytes.
    private static let largest = 64 << 10

    let username: String
    private let origin: Origin

    /// Nil if no login is configured.
    init?(_ options: Options, _ context: PluginContext) throws(BackendError) {
        let username = options.string("username")
        let file = options.string("password_file")
        let variable = options.string("password_env")
        guard username != nil || file != nil || variable != nil else { return nil }
        guard let username, !username.isEmpty else {
            throw BackendError(.invalid, "A password is configured for the registry, and no 'username'.")
        }
        guard !username.contains(where: { $0 == ":" || $0.isNewline }) else {
            throw BackendError(
                .invalid, "The 'username' '\(username)' contains a ':' or a line break, which a login cannot.")
        }
        self.username = username
        switch (file, variable) {
        case (nil, nil):
            throw BackendError(
                .invalid, "The 'username' '\(username)' is given without a password.",
                hint: "Add 'password_file: PATH' or 'password_env: NAME'.")
        case (.some, .some):
            throw BackendError(.invalid, "'password_file' and 'password_env' are both given; give only one of them.")
        case (.some(let file), nil):
            origin = .file(file)
            Self.warnOfReaders(file, context.log)
            // A pipe can be read only once, so the login reads it.
            if Self.isRegularOrMissing(file) { _ = try read() }
        case (nil, .some(let variable)):
            guard let value = context.variables[variable], !value.isEmpty else {
                throw BackendError(
                    .invalid, "'password_env' names the environment variable \(variable), which is not set.")
            }
            origin = .variable(Secret(value))
        }
    }

    /// The current login. A password file may have been renewed.
    func read() throws(BackendError) -> RegistryAccess.Login {
        switch origin {
        case .variable(let password):
            return RegistryAccess.Login(username: username, password: password)
        case .file(let path):
            let bytes: [UInt8]
            do throws(SmallFile.Fault) {
                bytes = try SmallFile.bytes(of: path, limit: Self.largest)
            } catch {
                throw BackendError(
                    .invalid, "The 'password_file' \(path) cannot be read: \(error.message).",
                    hint: error.isMissing
                        ? "A relative path starts at the folder of launch-config.yaml."
                        : "The agent's user must be able to read it.")
            }
            guard bytes.count <= Self.largest, let text = String(validating: bytes, as: UTF8.self) else {
                throw BackendError(
                    .invalid, "The 'password_file' \(path) cannot be read: it is not UTF-8 text of at most 64 KiB.")
            }
            guard let line = text.split(whereSeparator: \.isNewline).first, text.first?.isNewline == false else {
                throw BackendError(
                    .invalid, "The 'password_file' \(path) has no password: its first line is empty.")
            }
            return RegistryAccess.Login(username: username, password: Secret(String(line)))
        }
    }

    private static func isRegularOrMissing(_ path: String) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { return true }
        return [S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
    }

    private static func warnOfReaders(_ path: String, _ log: Logger) {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let mode = attributes?[.posixPermissions] as? Int, mode & 0o077 != 0 else { return }
        log.warning(
            "the registry's password file can be read by others; 'chmod 600' it",
            ["file": path, "mode": String(mode, radix: 8)])
    }
}
