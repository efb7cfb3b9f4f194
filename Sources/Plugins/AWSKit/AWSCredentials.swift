public import FoundationEssentials
public import LaunchCore

/// A key pair that signs requests, with its session. No part of it is printable.
public struct AWSCredentials: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The ID of the key pair. It is not a secret, but is not printed either.
    public var accessKeyID: String
    public var secretAccessKey: Secret
    /// The token of temporary credentials.
    public var sessionToken: Secret?
    /// The expiration time; nil for permanent credentials.
    public var expiration: Date?
    /// The account of the credentials, if the source reports it.
    public var accountID: String?

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

    /// A mask instead of the values.
    public var description: String { "<AWS credentials>" }
    /// A mask instead of the values.
    public var debugDescription: String { description }
    /// A mirror without children, so that `dump` shows no values.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
