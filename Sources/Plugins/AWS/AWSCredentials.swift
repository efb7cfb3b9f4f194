public import FoundationEssentials
public import LaunchHost

/// A key pair that signs requests, with the session it belongs to. Nothing of it is printable.
public struct AWSCredentials: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The name of the key pair: no secret, but not printed either.
    public var accessKeyID: String
    /// The key itself.
    public var secretAccessKey: Secret
    /// The token of temporary credentials.
    public var sessionToken: Secret?
    /// When they end; nil for ones that do not.
    public var expiration: Date?
    /// The account that they belong to, where the source says so.
    public var accountID: String?

    /// Credentials from their parts.
    public init(
        accessKeyID: String, secretAccessKey: Secret, sessionToken: Secret? = nil, expiration: Date? = nil,
        accountID: String? = nil
    ) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.expiration = expiration
        self.accountID = accountID
    }

    /// A mask.
    public var description: String { "<AWS credentials>" }
    /// A mask.
    public var debugDescription: String { description }
    /// A mirror without children, so that `dump` shows nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
