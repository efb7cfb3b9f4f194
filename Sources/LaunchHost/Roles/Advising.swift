/// A runner that can say, before anything is sent, what a request may cost.
public protocol Pricing: Runner {
    /// What the request costs at most. Pure and offline: from prices that came with the program.
    func cost(of request: RunRequest) -> CostEstimate
}

/// What a run may cost, as far as it is known.
public struct CostEstimate: Sendable, Hashable, Codable {
    /// The most that it can cost, in `currency`; nil where a price or a limit is not known.
    public var maximum: Double?
    /// The currency, as ISO 4217 writes it.
    public var currency: String
    /// How it comes about, or why it is not known: one line.
    public var basis: String

    /// An estimate from its parts.
    public init(maximum: Double?, currency: String = "USD", basis: String) {
        self.maximum = maximum
        self.currency = currency
        self.basis = basis
    }
}

/// A part of a configuration that has to be permitted things by the cloud that it works with.
public protocol Permitted: Sendable {
    /// What it needs in order to carry out that request. Pure and offline.
    func permissions(for request: RunRequest) -> [Permission]
}

/// A part that has to be permitted to pull images that only a submit or a Dockerfile names.
public protocol PullPermitted: Sendable {
    /// What it, or a job of it, needs in order to pull images. Pure and offline.
    /// - Parameter images: patterns of their names, as a queue's `allow_sources` has them; nil for any image.
    func permissions(toPull images: [String]?) -> [Permission]
}

/// Something that a cloud must permit.
public struct Permission: Sendable, Hashable, Codable {
    /// Who must be permitted it.
    public enum Holder: String, Sendable, Codable {
        /// Whoever runs the agent.
        case agent
        /// The role that the job itself has.
        case job
    }

    /// Who must be permitted it.
    public var holder: Holder
    /// The actions, as the cloud calls them: `sagemaker:CreateTrainingJob`.
    public var actions: [String]
    /// On what: ARNs, with `*` where anything may stand.
    public var resources: [String]
    /// Under which conditions only, as the policy language writes them.
    public var condition: JSONValue?
    /// What for, in a few words.
    public var reason: String

    /// A permission from its parts.
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
