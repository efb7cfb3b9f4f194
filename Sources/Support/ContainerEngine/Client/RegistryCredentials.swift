internal import FoundationEssentials

/// A registry login for the engine. Its secret is not printable.
public struct RegistryCredentials: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The user.
    public var username: String
    /// The password or token.
    let password: String
    /// An identity token, which some registries issue instead of a password; otherwise nil.
    let identityToken: String?
    /// Host and port of the registry.
    public var server: String

    /// A login with a password.
    public init(username: String, password: String, server: String) {
        self.username = username
        self.password = password
        self.server = server
        identityToken = nil
    }

    /// A login with an identity token.
    init(username: String, identityToken: String, server: String) {
        self.username = username
        self.identityToken = identityToken
        self.server = server
        password = ""
    }

    /// The password, for a client of the registry; nil if the login is an identity token.
    public func revealPassword() -> String? { identityToken == nil ? password : nil }

    /// The login without its secret.
    public var description: String { "\(username)@\(server)" }
    /// The login without its secret.
    public var debugDescription: String { description }
    /// Without children, so that `dump` prints nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// The value of the header `X-Registry-Auth`: JSON in the URL-safe variant of base64.
    var header: String {
        var members = ["username": username, "password": password, "serveraddress": server]
        members["identitytoken"] = identityToken
        let data = (try? JSONEncoder().encode(members)) ?? Data()
        return data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
    }

    /// The login as an entry of docker's `config.json` and podman's `auth.json`.
    var entry: [String: String] {
        let pair = Data("\(username):\(password)".utf8).base64EncodedString()
        return identityToken.map { ["auth": pair, "identitytoken": $0] } ?? ["auth": pair]
    }

    /// Writes the logins to a new file that only this user can read, in the format of docker's `config.json` and of
    /// podman's `auth.json`.
    public static func write(_ logins: [RegistryCredentials], to path: String) throws(EngineError) {
        var entries: [String: [String: String]] = [:]
        for login in logins {
            entries[login.server] = login.entry
            if login.server == DockerLogins.hubKey { entries["docker.io"] = login.entry }
        }
        do {
            let data = try JSONEncoder().encode(["auths": entries])
            guard FileManager.default.createFile(atPath: path, contents: data, attributes: [.posixPermissions: 0o600])
            else { throw EngineError(.server, "Cannot write the file \(path).") }
        } catch let error as EngineError {
            throw error
        } catch {
            throw EngineError(.server, "The logins cannot be encoded as JSON: \(error).")
        }
    }
}
