/// The source of credentials and of the region.
///
/// An environment refreshes its credentials by itself, and never prints a secret.
public protocol Environment: Sendable {
    /// The identity and the region of the program. Called before the first run and by `launch doctor`; may call a
    /// service.
    func verify() async throws(BackendError) -> Identity
}

/// An environment whose credentials can get logins for registries.
public protocol PullLoginOffering: Environment {
    /// The login for pulling an image; nil if its registry does not belong to the environment's cloud. May call a
    /// service.
    func login(toPull image: ImageReference) async throws(BackendError) -> RegistryAccess.Login?
}

/// The identity of the program in a backend.
public struct Identity: Sendable, Hashable, Codable {
    /// The user or role, as the backend writes it.
    public var principal: String
    /// The account, if there is one.
    public var account: String?
    /// The region, if there is one.
    public var region: String?

    public init(principal: String, account: String? = nil, region: String? = nil) {
        self.principal = principal
        self.account = account
        self.region = region
    }
}
