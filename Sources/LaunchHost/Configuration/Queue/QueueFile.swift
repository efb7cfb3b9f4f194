/// The contents of a queue's file: the template, its variables, and the rules for submitters.
///
/// The file is the template itself, with additional keys of the queue at the top level: `template_variables`,
/// `allow_overrides`, the other keys of `SubmitterPolicy`, `retry`, `limits` and `owners`. `queue` and `resource` say
/// which queue the file is for.
public struct QueueFile: Sendable {
    /// The name of the queue that the file is for; nil if the file does not say.
    package var name: String?
    /// The template in the backend's spelling, without the queue's own keys. It still contains `${…}` and `{{…}}`.
    public var template: JSONValue
    /// The template variables in the order of the file.
    public var variables: [TemplateVariable]
    /// The paths that a submitter may override; nil if the file has no such key, and the runner's rule applies.
    public var allowOverrides: [FieldPath]?
    /// The permissions of a submitter in addition to overrides.
    public var policy: SubmitterPolicy
    /// The retry rules of runs; nil if the file has none.
    package var retry: RetryRules?
    /// The limits of the queue; nil if the file has none.
    package var limits: QueueLimits?
    /// The users that may change the queue and its runs; nil if the file names none.
    package var owners: [String]?
    /// Warnings about possible mistakes.
    public var warnings: [Diagnostic]
    /// The document, from which findings of the runner get their positions.
    package let document: Document

    /// The queue's own keys, which are not part of the template.
    public static let reservedKeys = Set(fields.map(\.name))

    /// The queue's own keys, for the documentation.
    static let fields =
        identity + [
            Field(
                "template_variables", .map(.any), example: "{gpus: {type: integer, minimum: 1, maximum: 8}}",
                help: "The {{…}} of the template that a submit may fill: type, enum, minimum, maximum, default."),
            Field(
                "allow_overrides", .list(.string), example: "[ResourceConfig.InstanceType]",
                help:
                    "The paths of the template that a submitter may change, and no others. With it, everything is denied that the other allow_ keys do not allow."
            ),
        ] + SubmitterPolicy.fields + [
            Field(
                "retry", .object(RetryRules.fields), example: "{attempts: 5, wait: 12h}",
                help: "How often a run is tried if the backend lacks machines, and how long it waits for quota.")
        ] + shared + [hooks]

    /// The keys that say which queue the file is for. `launch queue export` writes them and `launch apply` needs them.
    static let identity = [
        Field(
            "queue", .string, example: "train",
            help: "The queue that the file is for. 'launch apply' takes the name of the file without it."),
        Field(
            "resource", .string, example: "process",
            help: "The backend of the queue's runs. 'launch apply' needs it to create a queue."),
    ]

    /// The key of the hooks of a queue. An agent reads them from the text of the file.
    static let hooks = Field(
        "hooks", .list(.object(HookSettings.fieldsOfQueue)),
        example: "[{name: team, on: [failed], url: https://hooks.example/team, format: slack}]",
        help:
            "Servers that agents inform about the queue's runs, if 'hook_urls' of the agent's configuration allows the address."
    )

    /// The keys for a queue that several people use.
    static let shared = [
        Field(
            "limits", .object(QueueLimits.fields), example: "{queue: 8, per_submitter: 2}",
            help: "How many runs of the queue agents hold at once, and how many instances. Runs above a limit wait."),
        Field(
            "owners", .list(.string), example: "[ada, bob]",
            help:
                "The database users that may edit and pause the queue, and stop, move and prioritize the runs of others. Needs a store on PostgreSQL."
        ),
    ]

    /// Checks a document against the template fields of the runner, if the runner declares any.
    /// - Throws: `LaunchError` of kind `.invalid` with all problems and their positions.
    package init(_ document: Document, runner: RunnerPlugin) throws(LaunchError) {
        let (document, notes) = document.adopted(by: runner)
        var diagnostics = document.problems
        let root = document.root.entries == nil ? ConfigNode.empty() : document.root
        if document.root.entries == nil {
            diagnostics.append(
                document.diagnostic(
                    .error, "a queue's file must be a mapping of keys; found \(document.root.words)",
                    at: document.root.mark))
        }
        var reader = VariableReader(document: document)
        variables = root.entry("template_variables").map { reader.read($0.value) } ?? []
        diagnostics += reader.decoder.diagnostics
        let declared = root.entry("template_variables")?.value.entries?.map(\.key) ?? []

        var checker = TemplateChecker(document: document, runner: runner, declared: declared, variables: variables)
        name = checker.identity(root)
        allowOverrides = checker.allowOverrides(root.entry("allow_overrides"))
        policy = checker.policy(root)
        checker.checkSources(policy, isLocked: allowOverrides != nil, root)
        retry = checker.retry(root.entry("retry"))
        (limits, owners) = checker.sharing(root, policy)
        checker.checkHooks(root)
        checker.check(root)
        for note in notes {
            checker.decoder.note(note.message, hint: note.hint, at: note.mark, path: note.path, severity: .warning)
        }
        let body = root.entries?.filter { !Self.reservedKeys.contains($0.key) } ?? []
        template = ConfigNode(.mapping(body.map(runner.keepingNumerals))).jsonValue.respelt(by: runner.spelling)
        for finding in runner.templateFindings(template) { checker.decoder.keep(document.diagnostic(for: finding)) }
        diagnostics = DiagnosticRenderer.sorted(diagnostics + checker.decoder.diagnostics)

        let errors = diagnostics.count { $0.severity == .error }
        guard errors == 0 else {
            throw LaunchError(
                .invalid, "\(document.name) has \(Wording.count(errors, "error")).", diagnostics: diagnostics)
        }
        warnings = diagnostics
        self.document = document
    }

    /// Reads and checks a file.
    /// - Throws: `LaunchError` of kind `.invalid`.
    public init(reading path: String, runner: RunnerPlugin) throws(LaunchError) {
        try self.init(try Document(reading: path, kind: .invalid), runner: runner)
    }
}
