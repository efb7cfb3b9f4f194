/// What a plugin declares: enough to find it, to read its configuration, to document it and to make it.
public struct Plugin<Product: Sendable>: Sendable {
    /// The value of the `type` key that chooses it.
    public var type: String
    /// One line that says what it is.
    public var summary: String
    /// The keys of its block in `launch-config.yaml`, besides `type`.
    public var fields: [Field]
    /// Blocks of `launch-config.yaml` as a user would write them, `type` included. The conformance kit decodes each.
    public var examples: [String]
    /// Makes the backend from checked options. No call to any service here: that is for the functions of the product.
    /// - Throws: `BackendError` of category `.invalid` for options that do not go together; the host adds the place.
    public var make: @Sendable (Options, PluginContext) throws(BackendError) -> Product
    /// Of a registry: the options of the one that holds the images of a builder's `destination`; nil where this type of
    /// registry cannot hold them. It is asked where the configuration has no registry.
    public var optionsForDestination: @Sendable (ImageReference) -> [String: JSONValue]?

    /// A plugin of that type.
    public init(
        type: String, summary: String, fields: [Field] = [], examples: [String] = [],
        optionsForDestination: @escaping @Sendable (ImageReference) -> [String: JSONValue]? = { _ in nil },
        make: @escaping @Sendable (Options, PluginContext) throws(BackendError) -> Product
    ) {
        self.type = type
        self.summary = summary
        self.fields = fields
        self.examples = examples
        self.optionsForDestination = optionsForDestination
        self.make = make
    }
}

/// What a plugin declares that is a runner: besides the options, the template that its queues hold.
public struct RunnerPlugin: Sendable {
    /// The declaration that all plugins share.
    public var base: Plugin<any Runner>
    /// The keys of a queue's template; nil where the backend's own model checks the template in `validate`.
    public var template: [Field]?
    /// The template of a queue that is created without a file, as YAML with comments.
    public var defaultTemplate: String
    /// Whether it runs container jobs on this machine, so that `--rehearse` can choose it for others.
    public var rehearses: Bool
    /// What a submitter may not override unless the queue's `allow_overrides` says so.
    public var protectedPaths: [FieldPath]
    /// Where `template` is nil, the keys of a template that are launch's own beside the backend's.
    public var ownKeys: [Field]
    /// How the backend spells a path that a user may spell otherwise: `resource_config` for `ResourceConfig`. Paths that it
    /// does not know stay as they are.
    public var spelling: @Sendable (FieldPath) -> FieldPath
    /// Lists whose items are told apart by a member, such as `Key` of `Tags`: a submitter adds items to those of the queue,
    /// and may not change the queue's.
    public var keyedLists: [FieldPath: String]
    /// Where `template` is nil, whether the backend wants text at a path: a number or truth value of a template variable
    /// becomes text there.
    public var takesText: @Sendable (FieldPath) -> Bool
    /// What the text at a path of the template is used as, so that a submitter's values in it are checked for that.
    public var valuePlace: @Sendable (FieldPath) -> ValuePlace

    /// Keys that the files of other programs have and its templates do not.
    public var foreignKeys: [ForeignKeys]
    /// What a template tells by itself, with its placeholders still in it: said when a queue is made or changed. Paths are
    /// those of the template, in the backend's spelling.
    public var templateFindings: @Sendable (JSONValue) -> [Finding]

    /// Where in the request the words of a submitter go that have options of their own, so that a queue's rules hold for
    /// `--env` as for `--set Environment.…`.
    public var places: Places

    /// Paths of the template. What has no place in it is allowed by the option's own word in `allow_overrides`:
    /// `entry_point`, `args`, `env`, `params`.
    public struct Places: Sendable, Hashable {
        /// Of `--entry-point`.
        public var entryPoint: FieldPath?
        /// Of the arguments behind `--`.
        public var arguments: FieldPath?
        /// Of `--env`: the mapping in which each variable is a member.
        public var environment: FieldPath?
        /// Of `--param`: the mapping in which each value is a member.
        public var runConfig: FieldPath?
        /// Of the image, where the template can name it. A run then needs no source of its own.
        public var image: FieldPath?
        /// Of the name of an algorithm that the backend runs instead of an image.
        public var algorithm: FieldPath?

        /// Places from their paths.
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

    /// A runner plugin from its parts.
    public init(
        _ base: Plugin<any Runner>, template: [Field]?, defaultTemplate: String, rehearses: Bool = false,
        protectedPaths: [FieldPath] = [], ownKeys: [Field] = [],
        spelling: @escaping @Sendable (FieldPath) -> FieldPath = { $0 }, keyedLists: [FieldPath: String] = [:],
        places: Places = Places(),
        takesText: @escaping @Sendable (FieldPath) -> Bool = { _ in false },
        valuePlace: @escaping @Sendable (FieldPath) -> ValuePlace = { _ in .text },
        foreignKeys: [ForeignKeys] = [],
        templateFindings: @escaping @Sendable (JSONValue) -> [Finding] = { _ in [] }
    ) {
        self.base = base
        self.template = template
        self.defaultTemplate = defaultTemplate
        self.rehearses = rehearses
        self.protectedPaths = protectedPaths
        self.ownKeys = ownKeys
        self.spelling = spelling
        self.keyedLists = keyedLists
        self.places = places
        self.takesText = takesText
        self.valuePlace = valuePlace
        self.foreignKeys = foreignKeys
        self.templateFindings = templateFindings
    }
}

/// What a plugin is made with besides its options.
public struct PluginContext: Sendable {
    /// The environment of the same configuration; absent while the environment itself is made.
    public var environment: (any Environment)?
    /// The registry of the same configuration; only runners are made with it.
    public var registry: (any Registry)?
    /// The variables of the agent's process: for finding engines and credentials, never for templates.
    public var variables: [String: String]
    /// Where to say what happens.
    public var log: Logger
    /// Whether child processes that work on sources are kept from files that their work does not need.
    public var sandbox: Bool

    /// A context with these values.
    public init(
        environment: (any Environment)? = nil, registry: (any Registry)? = nil, variables: [String: String] = [:],
        log: Logger = .silent, sandbox: Bool = true
    ) {
        self.environment = environment
        self.registry = registry
        self.variables = variables
        self.log = log
        self.sandbox = sandbox
    }
}
