public import FoundationEssentials

/// An environment that can provide short-lived credentials to a container through an endpoint.
///
/// A runner asks `context.environment as? any CredentialsOffering`, serves the document at an address that the
/// container can reach, and sets a variable of the container to this address. No variable and no file contains a
/// credential.
public protocol CredentialsOffering: Environment {
    /// The addresses and variables that programs in containers expect.
    var credentialsEndpoint: CredentialsEndpoint { get }

    /// Credentials that are valid for at least some minutes and at most some hours.
    /// - Parameter role: the role whose credentials to get; nil for the environment's own, which only a run without a
    ///   queue gets.
    func containerCredentials(of role: AssumedRole?) async throws(BackendError) -> ContainerCredentials
}

/// A role that an environment assumes, so that containers get the credentials of the role and not the environment's
/// own.
public struct AssumedRole: Sendable, Hashable, Codable {
    /// The name of the role in the environment's cloud: an ARN.
    public var name: String
    /// The most that the credentials permit, in the cloud's policy language; nil permits all that the role permits.
    public var sessionPolicy: String?
    /// The name of the session, by which the cloud's records attribute the calls.
    public var session: String

    public init(name: String, sessionPolicy: String? = nil, session: String) {
        self.name = name
        self.sessionPolicy = sessionPolicy
        self.session = session
    }
}

/// Credentials as the endpoint serves them.
public struct ContainerCredentials: Sendable {
    /// The body of the response: a JSON document.
    public var document: Secret
    /// When the credentials expire.
    public var expiresAt: Date

    public init(document: Secret, expiresAt: Date) {
        self.document = document
        self.expiresAt = expiresAt
    }
}

/// Where programs in containers look for credentials.
public struct CredentialsEndpoint: Sendable, Hashable {
    /// A gateway address that the programs trust, and a subnet for the container's network that contains it.
    public struct Gateway: Sendable, Hashable {
        /// The gateway address: `169.254.170.2`.
        public var address: String
        /// The subnet: `169.254.170.0/28`.
        public var subnet: String

        public init(address: String, subnet: String) {
            self.address = address
            self.subnet = subnet
        }
    }

    /// The trusted addresses. Only one network at a time can use each.
    public var gateways: [Gateway]
    /// The variable for the path of the URL, used if the endpoint is at port 80 of the first address.
    public var pathVariable: String
    /// The variable for the whole URL.
    public var urlVariable: String

    public init(gateways: [Gateway], pathVariable: String, urlVariable: String) {
        self.gateways = gateways
        self.pathVariable = pathVariable
        self.urlVariable = urlVariable
    }
}
