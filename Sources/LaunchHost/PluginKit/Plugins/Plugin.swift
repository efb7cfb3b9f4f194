/// The declaration of a plugin: how to find it, decode its configuration, document it and create its backend.
public struct Plugin<Product: Sendable>: Sendable {
    /// The value of the key `type` that selects the plugin.
    public var type: String
    /// The number of the contract that the plugin was written for. Write it as a literal, and raise it after the plugin
    /// was changed to the next contract. A program refuses a plugin whose contract is not in
    /// `PluginCatalog.contracts`.
    public var contract: Int
    /// One line that describes the plugin.
    public var summary: String
    /// What the backend can do.
    public var capabilities: Capabilities
    /// The keys of its block in `launch-config.yaml`, except `type`.
    public var fields: [Field]
    /// Example blocks of `launch-config.yaml`, as a user writes them, including `type`. The conformance kit decodes
    /// each.
    public var examples: [String]
    /// Creates the backend from checked options. It must not call a service; only the functions of the backend do.
    /// - Throws: `BackendError` of category `.invalid` for options that conflict; the host adds the position.
    public var make: @Sendable (Options, PluginContext) throws(BackendError) -> Product
    /// For a registry: the options of the registry that stores the images of a builder's `destination`; nil if this
    /// type cannot store them. It is called if the configuration has no registry.
    public var optionsForDestination: @Sendable (ImageReference) -> [String: JSONValue]?
    /// Hints for mistakes in `launch-config.yaml` that concern its backend.
    public var hints: ConfigHints
    /// The environment variables of the process that concern it.
    public var variables: ProcessVariables
    /// For an environment: the logins to databases that it offers.
    package var databaseLogins = DatabaseLoginKinds()

    public init(
        type: String, contract: Int = PluginCatalog.contracts.upperBound, summary: String,
        capabilities: Capabilities = Capabilities(), fields: [Field] = [], examples: [String] = [],
        optionsForDestination: @escaping @Sendable (ImageReference) -> [String: JSONValue]? = { _ in nil },
        hints: ConfigHints = ConfigHints(), variables: ProcessVariables = ProcessVariables(),
        make: @escaping @Sendable (Options, PluginContext) throws(BackendError) -> Product
    ) {
        self.type = type
        self.contract = contract
        self.summary = summary
        self.capabilities = capabilities
        self.fields = fields
        self.examples = examples
        self.optionsForDestination = optionsForDestination
        self.hints = hints
        self.variables = variables
        self.make = make
    }
}

extension Plugin {
    /// The backend, made with the state folder of the plugin.
    /// - Throws: `.configuration` if the plugin was written for a contract that this program does not have, or what
    ///   `make` throws.
    package func backend(
        _ role: Role, _ options: Options, _ context: PluginContext
    ) throws(BackendError) -> Product {
        guard PluginCatalog.contracts.contains(contract) else {
            let isNewer = contract > PluginCatalog.contracts.upperBound
            throw BackendError(
                .configuration,
                "The \(role.rawValue) \(type) is written for contract \(contract) of LaunchPluginKit, and this program "
                    + "has \(PluginCatalog.contractWords).",
                hint: isNewer
                    ? "Build the program with a newer version of launch."
                    : "Use a newer version of the plugin. Its author finds the changes in CHANGELOG.md of launch.")
        }
        var context = context
        context.state = PluginContext.StateFolder(role, type, variables: context.variables)
        return try make(options, context)
    }
}

/// The declaration of a runner: its options, and the template of its queues.
public struct RunnerPlugin: Sendable {
    /// The common declaration of all plugins.
    public var base: Plugin<any Runner>
    /// The keys of a queue's template; nil if the backend's own model checks the template in `validate`.
    public var template: [Field]?
    /// The template of a queue that is created without a file, as YAML with comments.
    public var defaultTemplate: String
    /// The paths that a submitter must not override unless the queue's `allow_overrides` allows it.
    public var protectedPaths: [FieldPath]
    /// The keys that launch adds to the template, if `template` is nil.
    public var ownKeys: [Field]
    /// The backend's spelling of a path, for other spellings that a user may write: `ResourceConfig` for
    /// `resource_config`. Unknown paths are returned unchanged.
    public var spelling: @Sendable (FieldPath) -> FieldPath
    /// Lists whose items are identified by a member, such as `Key` of `Tags`. A submitter can add items to those of the
    /// queue, but not change the queue's items.
    public var keyedLists: [FieldPath: String]
    /// If `template` is nil, whether the backend requires text at a path: a number or Boolean of a template variable
    /// becomes text there.
    public var takesText: @Sendable (FieldPath) -> Bool
    /// How the text at a path of the template is used. The submitter's values in it are checked for this use.
    public var valueUse: @Sendable (FieldPath) -> ValueUse

    /// Keys of other programs' files that its templates do not have.
    public var foreignKeys: [ForeignKeys]
    /// The form of a member of a foreign template, by its key and value; nil if it stays as it is. Only `launch import`
    /// calls it.
    package var imported: @Sendable (String, JSONValue) -> ImportedMember? = { _, _ in nil }
    /// Findings about a template with its placeholders, which are shown when a queue is created or changed. Paths are
    /// those of the template, in the backend's spelling.
    public var templateFindings: @Sendable (JSONValue) -> [Finding]

    /// The paths in the request of values that a submitter sets by options, so that a queue's rules apply to `--env` as
    /// they do to `--set Environment.…`.
    public var optionPaths: OptionPaths

    /// The types of instances that `Runner.demand` can name, which `limits.per_instance_type` of a queue can limit. Another
    /// name in a queue's file is a warning; with an empty list, every name is accepted. Nil means that the runner names
    /// none, and the key is an error.
    public var instanceTypes: (@Sendable () -> [String])?

    /// Paths in the template. A value without a path is allowed by the name of its option in `allow_overrides`:
    /// `entry_point`, `args`, `env`, `params`.
    public struct OptionPaths: Sendable, Hashable {
        /// The path of `--entry-point`.
        public var entryPoint: FieldPath?
        /// The path of the arguments after `--`.
        public var arguments: FieldPath?
        /// The path of `--env`: a mapping with one member per variable.
        public var environment: FieldPath?
        /// The path of `--param`: a mapping with one member per value.
        public var runConfig: FieldPath?
        /// The path of the image, if the template can name it. A run then needs no source of its own.
        public var image: FieldPath?
        /// The path of the name of an algorithm that the backend runs instead of an image.
        public var algorithm: FieldPath?

        /// OptionPaths from their paths.
        public init(
            entryPoint: FieldPath? = nil, arguments: FieldPath? = nil, environment: FieldPath? = nil,
            runConfig: FieldPath? = nil, image: FieldPath? = nil, algorithm: FieldPath? = nil
        ) {
            self.entryPoint = entryPoint
            self.arguments = arguments
            self.environment = environment
            self.runConfig = runConfig
            self.image = image
            self.algorithm = algorithm
        }
    }

    public init(
        _ base: Plugin<any Runner>, template: [Field]?, defaultTemplate: String,
        protectedPaths: [FieldPath] = [], ownKeys: [Field] = [],
        spelling: @escaping @Sendable (FieldPath) -> FieldPath = { $0 }, keyedLists: [FieldPath: String] = [:],
        optionPaths: OptionPaths = OptionPaths(),
        takesText: @escaping @Sendable (FieldPath) -> Bool = { _ in false },
        valueUse: @escaping @Sendable (FieldPath) -> ValueUse = { _ in .text },
        foreignKeys: [ForeignKeys] = [],
        templateFindings: @escaping @Sendable (JSONValue) -> [Finding] = { _ in [] },
        instanceTypes: (@Sendable () -> [String])? = nil
    ) {
        self.base = base
        self.template = template
        self.defaultTemplate = defaultTemplate
        self.protectedPaths = protectedPaths
        self.ownKeys = ownKeys
        self.spelling = spelling
        self.keyedLists = keyedLists
        self.optionPaths = optionPaths
        self.takesText = takesText
        self.valueUse = valueUse
        self.foreignKeys = foreignKeys
        self.templateFindings = templateFindings
        self.instanceTypes = instanceTypes
    }
}

/// The context of a plugin's `make`, in addition to its options.
public struct PluginContext: Sendable {
    /// The environment of the configuration; nil while the environment itself is created.
    public var environment: (any Environment)?
    /// The registry of the configuration; only runners get it.
    public var registry: (any Registry)?
    /// The registry of the configuration, for a builder, which is made before it.
    package let later = LaterRegistry()
    /// The environment variables of the agent's process, for finding engines and credentials, never for templates.
    public var variables: [String: String]
    /// The log of the program.
    public var log: Logger
    /// Whether child processes that work on sources are restricted to the files that they need.
    public var sandbox: Bool
    /// The plugin's private folder. `make` of a plugin must not make it; the functions of the backend do when they need
    /// it.
    public var state: StateFolder
    /// The clock: wall time, durations and waits. A plugin that reads the time and waits only with it can be tested in
    /// virtual time.
    public var clock: HostClock

    /// Gets each call to a service when it has ended, for the metrics of an agent.
    package var record: ServiceCall.Recorder = { _ in }

    /// A context. A plugin that is made without `state` has no folder, and each use of it throws.
    public init(
        environment: (any Environment)? = nil, registry: (any Registry)? = nil, variables: [String: String] = [:],
        log: Logger = .silent, sandbox: Bool = true, state: StateFolder? = nil, clock: HostClock = .system
    ) {
        self.environment = environment
        self.registry = registry
        self.variables = variables
        self.log = log
        self.sandbox = sandbox
        self.state = state ?? .none
        self.clock = clock
    }
}
