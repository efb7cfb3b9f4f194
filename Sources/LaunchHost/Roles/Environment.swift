/// Where credentials and the region come from.
///
/// An environment refreshes its credentials by itself, and no secret of it can be printed.
public protocol Environment: Sendable {
    /// Who the program is, and where. Called before the first run and by `launch doctor`; may call a service.
    func verify() async throws(BackendError) -> Identity
}

/// An environment whose credentials can get logins for registries.
public protocol PullLoginOffering: Environment {
    /// The login with which an image is pulled; nil where its registry is not one of the environment's cloud. May call a
    /// service.
    func login(toPull image: ImageReference) async throws(BackendError) -> RegistryAccess.Login?
}

/// Who the program is to a backend.
public struct Identity: Sendable, Hashable, Codable {
    /// The user or role, in the backend's words.
    public var principal: String
    /// The account, where there is one.
    public var account: String?
    /// The region, where there is one.
    public var region: String?

    /// An identity from its parts.
    public init(principal: String, account: String? = nil, region: String? = nil) {
        self.principal = principal
        self.account = account
        self.region = region
    }
}
