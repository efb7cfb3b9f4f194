public import FoundationEssentials

/// An environment that can hand short-lived credentials to a container through an endpoint.
///
/// A runner asks `context.environment as? any CredentialsOffering`, serves the document at an address that the container
/// reaches, and tells the container where by a variable. No credential is ever in a variable or a file.
public protocol CredentialsOffering: Environment {
    /// What programs in containers expect of the endpoint.
    var credentialsEndpoint: CredentialsEndpoint { get }

    /// Credentials that are good for at least some minutes and for hours at most.
    /// - Parameter role: whose they are; nil for the environment's own, which only a run without a queue gets.
    func containerCredentials(of role: AssumedRole?) async throws(BackendError) -> ContainerCredentials
}

/// A role that an environment assumes, to give its credentials to containers instead of its own.
public struct AssumedRole: Sendable, Hashable, Codable {
    /// The role as the environment's cloud names it: an ARN.
    public var name: String
    /// What the credentials may do at most, in the cloud's own policy language; nil for all that the role may do.
    public var sessionPolicy: String?
    /// The name of the session, by which the cloud's records tell whose calls they are.
    public var session: String

    /// The role of that name, under a policy, in a session of its own.
    public init(name: String, sessionPolicy: String? = nil, session: String) {
        self.name = name
        self.sessionPolicy = sessionPolicy
        self.session = session
    }
}

/// Credentials as the endpoint answers them.
public struct ContainerCredentials: Sendable {
    /// The answer's body: a JSON document.
    public var document: Secret
    /// When they end.
    public var expiresAt: Date

    /// Credentials from their parts.
    public init(document: Secret, expiresAt: Date) {
        self.document = document
        self.expiresAt = expiresAt
    }
}

/// Where programs in containers look for credentials.
public struct CredentialsEndpoint: Sendable, Hashable {
    /// A gateway address that the programs trust, with a subnet of the container's network that has it.
    public struct Place: Sendable, Hashable {
        /// `169.254.170.2`
        public var address: String
        /// `169.254.170.0/28`
        public var subnet: String

        /// A place from its parts.
        public init(address: String, subnet: String) {
            self.address = address
            self.subnet = subnet
        }
    }

    /// The trusted addresses; one network at a time can have one.
    public var places: [Place]
    /// The variable for the path alone, where the endpoint is at port 80 of the first place.
    public var pathVariable: String
    /// The variable for the whole URL.
    public var urlVariable: String

    /// An endpoint from its parts.
    public init(places: [Place], pathVariable: String, urlVariable: String) {
        self.places = places
        self.pathVariable = pathVariable
        self.urlVariable = urlVariable
    }
}
