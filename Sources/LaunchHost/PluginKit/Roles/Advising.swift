/// A runner that can estimate the cost of a request before it is sent.
public protocol Pricing: Runner {
    /// The maximum cost of the request. Pure and offline: from prices that are part of the program.
    func cost(of request: RunRequest) -> CostEstimate
}

/// The estimated cost of a run.
public struct CostEstimate: Sendable, Hashable, Codable {
    /// The maximum cost, in `currency`; nil if a price or a limit is not known.
    public var maximum: Double?
    /// The currency code by ISO 4217.
    public var currency: String
    /// How the estimate was computed, or why it is unknown, on one line.
    public var basis: String

    public init(maximum: Double?, currency: String = "USD", basis: String) {
        self.maximum = maximum
        self.currency = currency
        self.basis = basis
    }
}

/// A part of the configuration that needs permissions of a cloud.
public protocol Permitted: Sendable {
    /// The permissions for this request. Pure and offline.
    func permissions(for request: RunRequest) -> [Permission]
    /// The permissions to push built images. Pure and offline. The default has none.
    func permissionsToPush() -> [Permission]
    /// The services that may take the role of the holder, by their short names, each with the policy that lets it. What
    /// only the user knows is a word in angle brackets. Pure and offline. The default has none.
    func trust(of holder: Permission.Holder) -> [String: JSONValue]
}

extension Permitted {
    public func permissionsToPush() -> [Permission] { [] }
    public func trust(of holder: Permission.Holder) -> [String: JSONValue] { [:] }
}

/// A part that needs permissions to pull images that only a submit or a Dockerfile names.
public protocol PullPermitted: Sendable {
    /// The permissions that the part, or its job, needs to pull images. Pure and offline.
    /// - Parameter images: patterns of image names, as in a queue's `allow_sources`; nil means any image.
    func permissions(toPull images: [String]?) -> [Permission]
}

/// A permission that a cloud must grant.
public struct Permission: Sendable, Hashable, Codable {
    /// Who needs the permission.
    public enum Holder: String, Sendable, Codable {
        /// The account of the agent.
        case agent
        /// The role of the job.
        case job
    }

    /// Who needs the permission.
    public var holder: Holder
    /// The actions in the cloud's notation: `sagemaker:CreateTrainingJob`.
    public var actions: [String]
    /// The resources: ARNs, with `*` for any text.
    public var resources: [String]
    /// The condition of the permission in the policy language, if there is one.
    public var condition: JSONValue?
    /// What the permission is for, in a few words.
    public var reason: String

    public init(
        _ holder: Holder, _ actions: [String], on resources: [String], condition: JSONValue? = nil, reason: String
    ) {
        self.holder = holder
        self.actions = actions
        self.resources = resources
        self.condition = condition
        self.reason = reason
    }
}
