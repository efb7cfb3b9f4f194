/// A user name and a password for a registry. Only the user name can be printed.
public struct RegistryLogin: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The user.
    public let username: String
    /// The password or token; it goes into an `Authorization` header and nowhere else.
    let password: String

    /// A login from its parts.
    public init(username: String, password: String) {
        self.username = username
        self.password = password
    }

    /// The user, and a mask.
    public var description: String { "\(username):<secret>" }
    /// The user, and a mask.
    public var debugDescription: String { description }
    /// The user alone, so that `dump` shows no more.
    public var customMirror: Mirror { Mirror(self, children: ["username": username]) }
}
