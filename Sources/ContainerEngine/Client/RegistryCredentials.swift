internal import FoundationEssentials

/// A login to a registry for the engine. It cannot be printed.
public struct RegistryCredentials: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The user.
    public var username: String
    /// The password or token.
    let password: String
    /// Host and port of the registry.
    public var server: String

    /// A login from its parts.
    public init(username: String, password: String, server: String) {
        self.username = username
        self.password = password
        self.server = server
    }

    /// Without the password.
    public var description: String { "\(username)@\(server)" }
    /// Without the password.
    public var debugDescription: String { description }
    /// Without children, so that `dump` shows nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// The value of the header `X-Registry-Auth`: JSON in the URL-safe variant of base64.
    var header: String {
        let members = ["username": username, "password": password, "serveraddress": server]
        let data = (try? JSONEncoder().encode(members)) ?? Data()
        return data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
    }
}
