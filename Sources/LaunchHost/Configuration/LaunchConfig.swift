/// `launch-config.yaml` after checking: the agent's settings, and a block of options for each role.
public struct LaunchConfig: Sendable {
    /// One role's block.
    public struct Block: Sendable {
        /// The plugin.
        public var type: String
        /// What it is made with.
        public var options: Options
        /// Where the block's key stands; nil where the block is not in the file and the default holds.
        public var mark: Mark?
    }

    /// How many jobs the agent runs at once; nil is no limit.
    public var maxJobs: Int?
    /// The queues that the agent takes jobs from; empty where the file does not name them.
    public var queues: [String]
    /// The team or user whose queues they are, where the file names one.
    public var entity: String?
    /// How much the program keeps of what others make.
    public var limits: SizeLimits
    /// Whether child processes that work on sources are kept from files that their work does not need.
    public var sandbox = true
    /// Where credentials and the region come from.
    public var environment: Block
    /// Where images live.
    public var registry: Block
    /// How source becomes an image.
    public var builder: Block
    /// Where jobs run; nil where the queue's resource decides.
    public var runner: Block?
    /// What may be a mistake.
    public private(set) var warnings: [Diagnostic]
    /// The file; nil where there is none and the defaults hold.
    public let document: Document?

    /// Checks a document against the plugins of this program.
    /// - Throws: `LaunchError` of kind `.configuration` with everything that is wrong, each at its place.
    public init(_ document: Document, catalog: PluginCatalog) throws(LaunchError) {
        let result = ConfigChecker.check(document, catalog: catalog)
        let errors = result.diagnostics.count { $0.severity == .error }
        guard errors == 0 else {
            throw LaunchError(
                .configuration, "\(document.name) has \(Wording.count(errors, "error")).",
                diagnostics: result.diagnostics)
        }
        self = result.config
        warnings = result.diagnostics
    }

    /// Reads and checks the file at that location; the defaults where there is none.
    /// - Throws: `LaunchError` of kind `.configuration`.
    public init(at location: ConfigLocation, catalog: PluginCatalog) throws(LaunchError) {
        guard let document = try location.read() else {
            self = ConfigChecker.defaults(catalog: catalog)
            return
        }
        try self.init(document, catalog: catalog)
    }

    init(
        maxJobs: Int?, queues: [String], entity: String?, limits: SizeLimits, environment: Block,
        registry: Block, builder: Block, runner: Block?, document: Document?
    ) {
        self.maxJobs = maxJobs
        self.queues = queues
        self.entity = entity
        self.limits = limits
        self.environment = environment
        self.registry = registry
        self.builder = builder
        self.runner = runner
        self.document = document
        warnings = []
    }

    /// The block of a role; nil only for a runner that is not configured.
    public func block(_ role: Role) -> Block? {
        switch role {
        case .environment: environment
        case .registry: registry
        case .builder: builder
        case .runner: runner
        }
    }

    /// What to say where a plugin cannot be made from its block: the plugin's words at the block's place.
    public func diagnostic(for role: Role, error: BackendError) -> Diagnostic {
        let block = block(role)
        let name = block.map { "\(role.rawValue) (type: \($0.type))" } ?? role.rawValue
        let message = "\(name): \(error.message)"
        let path = FieldPath().appending(role.rawValue)
        return document?.diagnostic(.error, message, hint: error.hint, at: block?.mark, path: path)
            ?? Diagnostic(.error, message, hint: error.hint, path: path)
    }

    /// What to say of a finding about a key of this file, at that key's place.
    public func diagnostic(for finding: Finding) -> Diagnostic {
        document?.diagnostic(for: finding)
            ?? Diagnostic(
                finding.severity, "\(finding.path): \(finding.message)", hint: finding.hint, path: finding.path)
    }

    /// `launch-config.yaml:3`, where that key is in the file.
    func place(of path: FieldPath) -> String? {
        guard let document, document.node(at: path) != nil, let mark = document.mark(at: path) else { return nil }
        return "\(document.name):\(mark.line)"
    }
}
