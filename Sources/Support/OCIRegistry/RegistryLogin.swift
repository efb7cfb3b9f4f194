/// A user name and a password for a registry. Only the user name is printable.
public struct RegistryLogin: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The user.
    public let username: String
    /// The password or token. It is used in an `Authorization` header only.
    let password: String

    public init(username: String, password: String) {
        self.username = username
        self.password = password
    }

    /// The user name and a mask.
    public var description: String { "\(username):<secret>" }
    /// The user name and a mask.
    public var debugDescription: String { description }
    /// The user name only, so that `dump` does not show the password.
    public var customMirror: Mirror { Mirror(self, children: ["username": username]) }
}
