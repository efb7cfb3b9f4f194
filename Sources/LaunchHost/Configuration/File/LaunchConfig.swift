/// The checked `launch-config.yaml`: the agent's settings, and a block of options for each role.
public struct LaunchConfig: Sendable {
    /// The block of one role.
    public struct Block: Sendable {
        /// The type of the plugin.
        public var type: String
        /// The options of the plugin.
        public var options: Options
        /// The position of the block's key; nil if the block is not in the file and is the default.
        package var mark: Mark?
        /// The path of the block in the file: `runner`, `runners[1]`.
        package var path: FieldPath

        package init(type: String, options: Options, mark: Mark? = nil, path: FieldPath) {
            self.type = type
            self.options = options
            self.mark = mark
            self.path = path
        }
    }

    /// The maximum number of runs that the agent holds at once; nil means no limit.
    public var maxJobs: Int?
    /// The queues that the agent claims runs from; empty if the file does not name them.
    public var queues: [String]
    /// The team or user that owns the queues, if the file names one.
    public var entity: String?
    /// Limits of stored sources and logs.
    package var limits: SizeLimits
    /// Whether child processes that work on sources are restricted to the files that they need.
    public var sandbox = true
    /// Who is informed about runs.
    package var hooks: [HookSettings] = []
    /// The patterns of addresses that hooks of queues may have.
    package var hookURLs: [String] = []
    /// Where queues, jobs and runs are kept.
    public var store = StoreSettings.sqlite
    /// The collector that gets the spans of runs; nil if there is none.
    package var telemetry: TelemetrySettings?
    /// Where credentials and the region come from.
    public var environment: Block
    /// Where images live.
    public var registry: Block
    /// How source becomes an image.
    public var builder: Block
    /// Executes all runs; nil if the queue's resource decides.
    public var runner: Block?
    /// The options of runners that execute the runs of their own resource, one block for each type.
    public var runners: [Block] = []
    /// Warnings about possible mistakes.
    public private(set) var warnings: [Diagnostic]
    /// The document; nil if the file does not exist and the defaults apply.
    package let document: Document?

    /// Checks a document against the plugins of this program.
    /// - Throws: `LaunchError` of kind `.configuration` with all problems and their positions.
    package init(_ document: Document, catalog: PluginCatalog) throws(LaunchError) {
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

    /// Reads and checks the file at this location; uses the defaults if there is none.
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

    /// The block of the runner of this type: `runner`, or the one in `runners`; nil if neither has one.
    public func block(ofRunner type: String) -> Block? {
        runner?.type == type ? runner : runners.first { $0.type == type }
    }

    /// The diagnostic for a plugin that cannot be created from its block, with the position of the block.
    package func diagnostic(for role: Role, _ block: Block, error: BackendError) -> Diagnostic {
        let message = "\(role.rawValue) (type: \(block.type)): \(error.message)"
        return document?.diagnostic(.error, message, hint: error.hint, at: block.mark, path: block.path)
            ?? Diagnostic(.error, message, hint: error.hint, path: block.path)
    }

    /// The diagnostic for a finding about a key of this file, with the position of the key.
    public func diagnostic(for finding: Finding) -> Diagnostic {
        document?.diagnostic(for: finding)
            ?? Diagnostic(
                finding.severity, "\(finding.path): \(finding.message)", hint: finding.hint, path: finding.path)
    }

    /// The position of a key, as `launch-config.yaml:3`, if the file contains the key.
    package func place(of path: FieldPath) -> String? {
        guard let document, document.node(at: path) != nil, let mark = document.mark(at: path) else { return nil }
        return "\(document.name):\(mark.line)"
    }
}
