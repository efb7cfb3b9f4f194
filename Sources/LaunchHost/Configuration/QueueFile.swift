/// What a queue's file says: the template, its variables, and what a submitter may override.
///
/// The file is the template itself, with keys of the queue's own at the top level: `template_variables`,
/// `allow_overrides`, the other keys of `SubmitterPolicy`, and `retry`.
public struct QueueFile: Sendable {
    /// The template in the backend's own spelling, without the queue's own keys; `${…}` and `{{…}}` still stand in it.
    public var template: JSONValue
    /// The variables in the order of the file.
    public var variables: [TemplateVariable]
    /// What a submitter may override; nil where the file does not say, and the runner's own rule holds.
    public var allowOverrides: [FieldPath]?
    /// What a submitter may ask beside overrides.
    public var policy: SubmitterPolicy
    /// How often and how long runs are tried; nil where the file does not say.
    public var retry: RetryRules?
    /// What may be a mistake.
    public var warnings: [Diagnostic]
    /// The file, for mapping the findings of the runner to places.
    public let document: Document

    /// The keys that are not the template's.
    public static let reservedKeys = Set(fields.map(\.name))

    /// The keys that are not the template's, for the documentation.
    static let fields =
        [
            Field(
                "template_variables", .map(.any), example: "{gpus: {type: integer, minimum: 1, maximum: 8}}",
                help: "The {{…}} of the template that a submit may fill: type, enum, minimum, maximum, default."),
            Field(
                "allow_overrides", .list(.string), example: "[ResourceConfig.InstanceType]",
                help:
                    "What a submitter may change of the template; nothing else. With it, what the other allow_ keys do not allow is denied."
            ),
        ] + SubmitterPolicy.fields + [
            Field(
                "retry", .object(RetryRules.fields), example: "{attempts: 5, wait: 12h}",
                help: "How often a run is tried for want of machines, and how long it waits for quota.")
        ]

    /// Checks a document against the template fields of the runner, as far as the runner declares them.
    /// - Throws: `LaunchError` of kind `.invalid` with everything that is wrong, each at its place.
    public init(_ document: Document, runner: RunnerPlugin) throws(LaunchError) {
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

        var checker = TemplateChecker(document: document, runner: runner, variables: declared)
        allowOverrides = checker.allowOverrides(root.entry("allow_overrides"))
        policy = checker.policy(root)
        checker.checkSources(policy, isLocked: allowOverrides != nil, root)
        retry = checker.retry(root.entry("retry"))
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
