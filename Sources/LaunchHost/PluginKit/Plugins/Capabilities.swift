/// What a backend can do, as a part of its declaration: the host and `launch plugins describe` read it without an
/// instance. The defaults are those of a simple backend. A member that concerns another role has no effect.
public struct Capabilities: Sendable, Hashable {
    // MARK: runners

    /// Whether a run needs an image. If not, a run may have none: its queue needs no registry and no builder. A
    /// submitter may nevertheless name an image or a source, and the run then gets that image. The default is true.
    public var needsImage: Bool
    /// Whether it executes container jobs on this machine (`ContainerJobRunner`), so that `--rehearse` can select it
    /// for other runners. The default is false.
    public var rehearses: Bool
    /// Whether the backend keeps the log after `release`. Otherwise the host archives it first. The default is false.
    public var keepsLogs: Bool
    /// A Boolean field of the runner's block. If a user sets it, the host archives the log although the backend keeps
    /// it. The default is nil.
    public var archiveField: String?
    /// Whether the backend itself distinguishes a requested stop from another end. Otherwise a run that ends after its
    /// stop was requested counts as stopped, regardless of its exit code. The default is false.
    public var tellsStops: Bool
    /// The backend's own grace period, if the caller of `stop` cannot choose it. The default is nil.
    public var fixedGrace: Duration?
    /// The interval of calls of `observe`. The default is one second after a change, and up to 20 without changes.
    public var pace: Pace
    /// Which runs have a cost in their outcome. The default is none.
    public var costs: Costs

    // MARK: builders

    /// Whether it can build images. The default is true.
    public var builds: Bool
    /// A field of the builder's block. If a user sets it, a source needs no Dockerfile. The default is nil.
    package var baseField: String?

    /// Creates capabilities; without arguments, those of a simple backend.
    public init(
        needsImage: Bool = true, rehearses: Bool = false, keepsLogs: Bool = false, archiveField: String? = nil,
        tellsStops: Bool = false, fixedGrace: Duration? = nil,
        pace: Pace = Pace(shortest: .seconds(1), longest: .seconds(20)), builds: Bool = true,
        costs: Costs = .none
    ) {
        self.needsImage = needsImage
        self.rehearses = rehearses
        self.keepsLogs = keepsLogs
        self.archiveField = archiveField
        self.tellsStops = tellsStops
        self.fixedGrace = fixedGrace
        self.pace = pace
        self.builds = builds
        self.costs = costs
    }

    /// Which runs have a cost in their outcome.
    public enum Costs: Sendable, Hashable {
        /// None.
        case none
        /// All: the backend itself knows it.
        case always
        /// Those of a runner whose block has this field: the prices.
        case field(String)
    }

    /// The interval between observations.
    public struct Pace: Sendable, Hashable {
        /// The shortest time between two calls of `observe`.
        public var shortest: Duration
        /// The longest time. The interval grows up to it while nothing changes and `changes` has no element.
        public var longest: Duration

        public init(shortest: Duration, longest: Duration) {
            self.shortest = shortest
            self.longest = longest
        }
    }
}

extension Capabilities {
    /// Whether a source needs a Dockerfile, with these options of the builder's block.
    package func needsDockerfile(_ options: Options) -> Bool { baseField.flatMap { options.values[$0] } == nil }

    /// Whether runs have a cost, with these options of the runner's block.
    package func reportsCosts(_ options: Options) -> Bool {
        switch costs {
        case .none: false
        case .always: true
        case .field(let name): options.values[name] != nil
        }
    }

    /// The capabilities of a backend with these options of its block.
    package func configured(by options: Options) -> Capabilities {
        var configured = self
        if let archiveField, options.flag(archiveField) { configured.keepsLogs = false }
        return configured
    }
}
