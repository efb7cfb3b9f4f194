/// The resolve stage: computes from spec and queue a job in which all values except the image are final.
///
/// It applies the submitter's policy and the grammar of names, then overrides, then template variables, then macros. It
/// changes nothing and calls no service; all mistakes are reported at once.
public struct ResolveStage: Sendable {
    /// The values of a queue that the stage uses.
    public struct Queue: Sendable {
        /// The template of the backend's request, with variables and macros.
        public var template: JSONValue
        /// The declared template variables.
        public var variables: [TemplateVariable]
        /// The paths that a submitter may override; nil means all paths except the runner's protected paths.
        public var allowOverrides: [FieldPath]?
        /// What a submitter may set in addition to overrides.
        public var policy: SubmitterPolicy
        /// The retry rules of its runs.
        package var retry: RetryRules?
        /// Whether other people than its owner submit to it.
        public var isShared = false
        /// The limits of the queue; nil if it has none.
        package var limits: QueueLimits?

        package init(
            template: JSONValue, variables: [TemplateVariable] = [], allowOverrides: [FieldPath]? = nil,
            policy: SubmitterPolicy = SubmitterPolicy(), retry: RetryRules? = nil
        ) {
            self.template = template
            self.policy = policy
            self.variables = variables
            self.allowOverrides = allowOverrides
            self.retry = retry
        }
    }

    let queue: Queue
    let plugin: RunnerPlugin

    /// Creates a stage for a queue. The plugin must match the queue's resource.
    public init(queue: Queue, plugin: RunnerPlugin) {
        self.queue = queue
        self.plugin = plugin
    }

    /// The job for `spec`.
    /// - Throws: as `resolution(of:as:)`.
    package func job(_ spec: LaunchSpec, as runID: RunID) throws(LaunchError) -> ResolvedJob {
        try resolution(of: spec, as: runID).job
    }

    /// The job for `spec`, with the origins of its values.
    /// - Parameter submitted: the positions of the spec's values in the submitter's files.
    /// - Throws: `LaunchError` of kind `.invalid` with a diagnostic for each mistake.
    package func resolution(
        of spec: LaunchSpec, as runID: RunID, submitted: SubmittedValues = .none
    ) throws(LaunchError) -> Resolution {
        var mistakes = refusals(of: spec, submitted)
        let overriding = Overriding(queue: queue, plugin: plugin, submitted: submitted)
        var template = overriding.template(changedBy: spec, &mistakes)
        let overridden = template.value
        let variables = variableValues(spec.overrides.variables, submitted, &mistakes)
        let values = PlaceholderValues(
            variables: variables, macros: PlaceholderValues.macros(of: spec, runID),
            chosen: queue.variables.filter { $0.allowed == nil && spec.overrides.variables[$0.name] != nil })
        var budget = Budget()
        let given = Set(spec.overrides.variables.keys)
        template.expand { text, path in
            guard !budget.isExceeded else { return (.null, []) }
            let pieces = Placeholders.pieces(of: text)
            let value = expand(pieces, at: path, values, &budget, &mistakes)
            if budget.isExceeded { mistakes.append(Budget.mistake(at: path)) }
            return (value, pieces.compactMap { Origin.Placeholder($0, submitted: given) })
        }
        if mistakes.isEmpty { template.decode { decoded($0, &mistakes) } }
        let source = source(of: spec, template.value, overridden: overridden, chosen: values.chosen, &mistakes)
        guard mistakes.isEmpty else {
            throw error(mistakes.map { located($0, in: template, submitted) }, of: spec)
        }
        var job = ResolvedJob(
            runID: runID, runName: spec.name ?? runID.rawValue, project: spec.project, entity: spec.entity,
            author: spec.author, queue: spec.queue, resource: spec.resource, source: source,
            entryPoint: spec.overrides.entryPoint, arguments: spec.overrides.arguments,
            runConfig: spec.overrides.runConfig, environment: spec.overrides.environment, template: template.value,
            rehearsal: rehearsal(of: spec), isShared: queue.isShared ? true : nil,
            demandsPin: queue.policy.unpinned ?? !isLocked(for: spec) ? nil : true)
        job.numerals = spec.overrides.numerals
        job.retry = queue.retry
        job.traceParent = spec.traceParent.flatMap { TraceParent($0) }?.of(runID).description
        var resolution = Resolution(job: job, origins: template.origins)
        resolution.limits = queue.limits
        return resolution
    }

    /// A mistake about a value of the template, with its position if an option read the value from a file.
    private func located(
        _ mistake: Diagnostic, in template: TracedTemplate, _ submitted: SubmittedValues
    ) -> Diagnostic {
        guard let path = mistake.path, case .option(let option)? = template.origins.origin(of: path)?.source else {
            return mistake
        }
        return submitted.located(mistake, by: option, in: template.value)
    }

    /// The run's own source, or the one that its template names.
    private func source(
        of spec: LaunchSpec, _ template: JSONValue, overridden: JSONValue, chosen: Set<String>,
        _ mistakes: inout [Diagnostic]
    ) -> Source {
        guard mistakes.isEmpty, spec.source.ofImage == .template else { return spec.source }
        let named = TemplateSource(plugin: plugin)
        let source = named.source(in: template, &mistakes)
        mistakes += named.refusals(
            of: source, own: queue.template, changed: overridden, chosen: chosen, policy: queue.policy,
            isLocked: isLocked(for: spec))
        guard var channel = spec.source.channel else { return source }
        guard case .image(let image) = source else {
            if mistakes.isEmpty {
                mistakes.append(
                    Diagnostic(
                        .error, "the run's code needs an image, and the queue names \(source.origin)",
                        hint: "Give --image URI beside --code."))
            }
            return spec.source
        }
        channel.image = image
        return spec.source.with(channel)
    }

    /// Checks a spec, without its overrides, against the queue's policy and the grammar of names.
    /// - Throws: `LaunchError` of kind `.invalid` with a diagnostic for each problem.
    package func refuse(_ spec: LaunchSpec) throws(LaunchError) {
        let mistakes = refusals(of: spec, .none)
        guard mistakes.isEmpty else { throw error(mistakes, of: spec) }
    }

    private func refusals(of spec: LaunchSpec, _ submitted: SubmittedValues) -> [Diagnostic] {
        SpecGrammar.mistakes(in: spec, submitted)
            + queue.policy.refusals(of: spec, submitted, isLocked: isLocked(for: spec))
    }

    /// Whether everything is denied that the queue's file does not allow.
    private func isLocked(for spec: LaunchSpec) -> Bool { queue.allowOverrides != nil && spec.queue != nil }

    private func error(_ mistakes: [Diagnostic], of spec: LaunchSpec) -> LaunchError {
        let place = spec.queue.map { "queue \($0)" } ?? "resource \(spec.resource)"
        return LaunchError(.invalid, "The run does not fit \(place).", diagnostics: mistakes)
    }

    /// The options of the rehearsal, with the decisions of the host. If folders are limited, the options contain real
    /// paths, so that a link that is created after the check has no effect.
    private func rehearsal(of spec: LaunchSpec) -> RehearsalOptions? {
        guard var options = spec.rehearsal else { return nil }
        options.usesOwnCredentials = spec.queue == nil ? true : nil
        let isLimited = queue.policy.folders.map { $0 != .any } ?? false
        return isLimited ? options.withRealPlaces(RealPath.of) : options
    }

    /// The template with all values decoded that the runner declares; other values are unchanged.
    func decoded(_ template: JSONValue, _ mistakes: inout [Diagnostic]) -> JSONValue {
        let fields = plugin.template ?? plugin.ownKeys
        let members = template.objectValue ?? [:]
        let known = Set(fields.map(\.name))
        let others = plugin.template == nil ? members.filter { !known.contains($0.key) } : [:]
        let own = plugin.template == nil ? .object(members.filter { known.contains($0.key) }) : template
        let decoded = SchemaDecoder.decode(own, fields: fields, in: .top)
        mistakes = decoded.diagnostics.filter { $0.severity == .error }
        return .object(others.merging(decoded.options.values) { $1 })
    }

    // MARK: variables and macros

    private func variableValues(
        _ given: [String: JSONValue], _ submitted: SubmittedValues, _ mistakes: inout [Diagnostic]
    ) -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        for name in given.keys.sorted() where !queue.variables.contains(where: { $0.name == name }) {
            let known = queue.variables.map(\.name)
            mistakes.append(
                submitted.diagnostic(
                    "the queue has no template variable \"\(name)\"",
                    hint: known.isEmpty ? "It declares none." : "It declares: \(known.joined(separator: ", ")).",
                    about: .variable(name)))
        }
        for variable in queue.variables {
            guard let value = given[variable.name] else {
                if variable.defaultValue == nil {
                    mistakes.append(
                        Diagnostic(
                            .error, "template variable \"\(variable.name)\" needs a value: \(variable.expectation)",
                            hint: "Give it with --set-var \(variable.name)=VALUE."))
                }
                values[variable.name] = variable.defaultValue
                continue
            }
            do throws(LaunchError) {
                // Values from the command line are text, regardless of the variable's type.
                values[variable.name] = try check(value, variable)
            } catch {
                mistakes.append(submitted.diagnostic(error.message, hint: error.hint, about: .variable(variable.name)))
            }
        }
        return values
    }

    private func check(_ value: JSONValue, _ variable: TemplateVariable) throws(LaunchError) -> JSONValue {
        if let text = value.stringValue { return try variable.check(text) }
        return try variable.check(value)
    }

    private func expand(
        _ pieces: [Placeholders.Piece], at path: FieldPath, _ values: PlaceholderValues, _ budget: inout Budget,
        _ mistakes: inout [Diagnostic]
    ) -> JSONValue {
        // The size is checked before the expansion, so that a text over the limit is never created.
        for piece in pieces where !budget.isExceeded { budget.charge(values.size(of: piece)) }
        guard !budget.isExceeded else { return .null }
        mistakes += values.expanded(pieces, at: path, place: plugin.valueUse(path)).mistakes
        // A value that consists of one variable keeps the variable's type, `InstanceCount: "{{nodes}}"`, unless the
        // backend requires text: the queue's author wrote quotes, and YAML has no other way to request text.
        if case .variable(let name)? = pieces.first, pieces.count == 1, let value = values.variables[name],
            value.stringValue != nil || !plugin.wantsText(at: path)
        {
            return value.stringValue.map { .string(Self.escaped($0)) } ?? value
        }
        var expanded = ""
        for piece in pieces {
            switch piece {
            case .text(let text):
                expanded += Self.escaped(text)
            case .macro(let name):
                if name == PlaceholderValues.imageMacro {
                    expanded += "${\(name)}"
                } else if let value = values.macros[name] {
                    expanded += Self.escaped(value)
                } else {
                    let known = Placeholders.macroNames.map { "${\($0)}" }.joined(separator: ", ")
                    mistakes.append(
                        Diagnostic(.error, "unknown macro \"${\(name)}\"", hint: "Known: \(known).", path: path))
                }
            case .variable(let name):
                if let value = values.variables[name] {
                    expanded += Self.escaped(PlaceholderValues.text(value))
                } else if !queue.variables.contains(where: { $0.name == name }) {
                    mistakes.append(
                        Diagnostic(.error, "\"{{\(name)}}\" is not declared in template_variables", path: path))
                }
            }
        }
        return .string(expanded)
    }

    /// The maximum amount of text from the expansion of a template. A short template can repeat a long value many
    /// times.
    private struct Budget {
        private static let most = 8 << 20
        private var used = 0

        var isExceeded: Bool { used > Self.most }

        mutating func charge(_ bytes: Int) { used += bytes }

        static func mistake(at path: FieldPath) -> Diagnostic {
            Diagnostic(
                .error, "the template expands to more than \(most >> 20) MiB of text",
                hint: "Give shorter values for its template variables, or use them in fewer places.", path: path)
        }
    }

    /// Final text, escaped for the second expansion by the render stage.
    private static func escaped(_ text: String) -> String {
        text.replacing("${", with: "$${").replacing("{{", with: "\\{{")
    }
}

extension ResolveStage {
    /// Whether a spec without a source can run: the template names the source, or the runner needs none.
    package func needsNoSource(_ spec: LaunchSpec) -> Bool {
        var mistakes: [Diagnostic] = []
        let template = Overriding(queue: queue, plugin: plugin).template(changedBy: spec, &mistakes)
        return !TemplateSource(plugin: plugin).needsSource(template.value)
    }
}

/// The result of the resolve stage, with the origins of its values for the findings of later stages.
public struct Resolution: Sendable, Hashable {
    /// The job, which is stored.
    public var job: ResolvedJob
    /// The origins of the values in the job's template, and of the values that options add to the request.
    public var origins: Origins
    /// The limits of the queue; nil if it has none.
    package var limits: QueueLimits?

    public init(job: ResolvedJob, origins: Origins) {
        self.job = job
        self.origins = origins
    }
}

extension Origin.Placeholder {
    /// The placeholder of a piece of text; nil for literal text.
    fileprivate init?(_ piece: Placeholders.Piece, submitted: Set<String>) {
        switch piece {
        case .text: return nil
        case .macro(let name): self = .macro(name)
        case .variable(let name): self = submitted.contains(name) ? .submitted(name) : .defaulted(name)
        }
    }
}
