/// The resolve stage: spec and queue become a job whose every value is settled, but for the image.
///
/// Pure: overrides by the queue's policy, then template variables, then macros. All mistakes are reported at once.
public struct ResolveStage: Sendable {
    /// What the stage needs of a queue.
    public struct Queue: Sendable {
        /// The backend's request, with variables and macros in it.
        public var template: JSONValue
        /// The declared variables.
        public var variables: [TemplateVariable]
        /// What a submitter may override; nil is everything but the runner's protected paths.
        public var allowOverrides: [FieldPath]?

        /// A queue's part from its parts.
        public init(
            template: JSONValue, variables: [TemplateVariable] = [], allowOverrides: [FieldPath]? = nil
        ) {
            self.template = template
            self.variables = variables
            self.allowOverrides = allowOverrides
        }
    }

    private let queue: Queue
    private let plugin: RunnerPlugin

    /// A stage for that queue, whose resource is the plugin's.
    public init(queue: Queue, plugin: RunnerPlugin) {
        self.queue = queue
        self.plugin = plugin
    }

    /// The job that `spec` asks for.
    /// - Throws: `LaunchError` of kind `.invalid` with a diagnostic for each mistake.
    public func job(_ spec: LaunchSpec, as runID: RunID) throws(LaunchError) -> ResolvedJob {
        var mistakes: [Diagnostic] = []
        let changes = changes(of: spec)
        for path in changes.map(\.path) {
            if let refusal = refusal(of: path) { mistakes.append(refusal) }
        }
        var template = queue.template
        for change in changes {
            do {
                try template.set(change.value, at: change.path.steps[...])
            } catch {
                mistakes.append(Diagnostic(.error, error.message, path: change.path))
            }
        }
        let variables = variableValues(spec.overrides.variables, &mistakes)
        let macros = Self.macros(spec, runID)
        template = template.mappingStrings { text, path in
            expand(text, at: path, variables: variables, macros: macros, &mistakes)
        }
        if mistakes.isEmpty, let fields = plugin.template {
            let decoded = SchemaDecoder.decode(template, fields: fields, in: .top)
            template = .object(decoded.options.values)
            mistakes = decoded.diagnostics.filter { $0.severity == .error }
        }
        guard mistakes.isEmpty else {
            let place = spec.queue.map { "queue \($0)" } ?? "resource \(spec.resource)"
            throw LaunchError(.invalid, "The run does not fit \(place).", diagnostics: mistakes)
        }
        return ResolvedJob(
            runID: runID, runName: spec.name ?? runID.rawValue, project: spec.project, entity: spec.entity,
            author: spec.author, queue: spec.queue, resource: spec.resource, source: spec.source,
            entryPoint: spec.overrides.entryPoint, arguments: spec.overrides.arguments,
            runConfig: spec.overrides.runConfig, environment: spec.overrides.environment, template: template)
    }

    // MARK: overrides

    /// The single changes that a spec makes to the template, in order. Members of a mapping are changed one by one, so
    /// that the queue's policy sees each; lists are replaced whole.
    private func changes(of spec: LaunchSpec) -> [Overrides.Setting] {
        var changes: [Overrides.Setting] = []
        func collect(_ value: JSONValue, at path: FieldPath) {
            if case .object(let members) = value, !members.isEmpty {
                for (name, member) in members.sorted(by: { $0.key < $1.key }) {
                    collect(member, at: path.appending(name))
                }
            } else {
                changes.append(Overrides.Setting(path: path, value: value))
            }
        }
        if let arguments = spec.overrides.resourceArguments {
            // W&B's files hold the arguments below the name of the resource; both spellings mean the same.
            collect(arguments[spec.resource] ?? arguments, at: FieldPath())
        }
        return changes.filter { !$0.path.steps.isEmpty } + spec.overrides.settings
    }

    private func refusal(of path: FieldPath) -> Diagnostic? {
        if let allowed = queue.allowOverrides {
            guard !allowed.contains(where: { path.steps.starts(with: $0.steps) }) else { return nil }
            let list = allowed.isEmpty ? "nothing" : allowed.map(\.description).joined(separator: ", ")
            return Diagnostic(
                .error, "the queue does not let a submitter change \(path)", hint: "It allows: \(list).", path: path)
        }
        guard
            let protected = plugin.protectedPaths.first(where: {
                path.steps.starts(with: $0.steps) || $0.steps.starts(with: path.steps)
            })
        else { return nil }
        return Diagnostic(
            .error, "\(protected) is the queue's to set, not a submitter's",
            hint: "Whoever owns the queue can allow it: 'allow_overrides: [\(path)]' in the queue's file.", path: path)
    }

    // MARK: variables and macros

    private func variableValues(
        _ given: [String: JSONValue], _ mistakes: inout [Diagnostic]
    ) -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        for name in given.keys.sorted() where !queue.variables.contains(where: { $0.name == name }) {
            let known = queue.variables.map(\.name)
            mistakes.append(
                Diagnostic(
                    .error, "the queue has no template variable \"\(name)\"",
                    hint: known.isEmpty ? "It declares none." : "It declares: \(known.joined(separator: ", "))."))
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
                // What comes from the command line is text, whatever the variable's type.
                values[variable.name] = try check(value, variable)
            } catch {
                mistakes.append(Diagnostic(.error, error.message, hint: error.hint))
            }
        }
        return values
    }

    private func check(_ value: JSONValue, _ variable: TemplateVariable) throws(LaunchError) -> JSONValue {
        if let text = value.stringValue { return try variable.check(text) }
        return try variable.check(value)
    }

    private func expand(
        _ text: String, at path: FieldPath, variables: [String: JSONValue], macros: [String: String],
        _ mistakes: inout [Diagnostic]
    ) -> JSONValue {
        let pieces = Placeholders.pieces(of: text)
        // A value that is one variable and nothing else keeps the variable's type: `InstanceCount: "{{nodes}}"`.
        if case .variable(let name)? = pieces.first, pieces.count == 1, let value = variables[name] {
            return value.stringValue.map { .string(Self.escaped($0)) } ?? value
        }
        var expanded = ""
        for piece in pieces {
            switch piece {
            case .text(let text):
                expanded += Self.escaped(text)
            case .macro(let name):
                if name == Self.imageMacro {
                    expanded += "${\(name)}"
                } else if let value = macros[name] {
                    expanded += Self.escaped(value)
                } else {
                    let known = Placeholders.macroNames.map { "${\($0)}" }.joined(separator: ", ")
                    mistakes.append(
                        Diagnostic(.error, "unknown macro \"${\(name)}\"", hint: "Known: \(known).", path: path))
                }
            case .variable(let name):
                if let value = variables[name] {
                    expanded += Self.escaped(value.stringValue ?? ((try? JSON.canonical(value)) ?? ""))
                } else if !queue.variables.contains(where: { $0.name == name }) {
                    mistakes.append(
                        Diagnostic(.error, "\"{{\(name)}}\" is not declared in template_variables", path: path))
                }
            }
        }
        return .string(expanded)
    }

    private static let imageMacro = "image_uri"

    /// Text that is settled, written so that the render stage, which expands once more, leaves it alone.
    private static func escaped(_ text: String) -> String {
        text.replacing("${", with: "$${").replacing("{{", with: "\\{{")
    }

    private static func macros(_ spec: LaunchSpec, _ runID: RunID) -> [String: String] {
        [
            "project_name": spec.project, "entity_name": spec.entity, "run_id": runID.rawValue,
            "run_name": spec.name ?? runID.rawValue, "author": spec.author, "queue_name": spec.queue ?? "",
        ]
    }
}

extension JSONValue {
    /// Why a value could not be set at a path.
    struct PathError: Error {
        let message: String
    }

    /// Sets `value` at the path, making the mappings on the way that are not there yet.
    mutating func set(_ value: JSONValue, at steps: ArraySlice<FieldPath.Step>) throws(PathError) {
        guard let step = steps.first else {
            self = value
            return
        }
        let rest = steps.dropFirst()
        switch (step, self) {
        case (.member(let name), .object(var members)):
            var member = members[name] ?? (rest.isEmpty ? .null : .object([:]))
            try member.set(value, at: rest)
            members[name] = member
            self = .object(members)
        case (.member(let name), .null):
            self = .object([name: .null])
            try set(value, at: steps)
        case (.item(let index), .array(var items)):
            guard index <= items.count else {
                throw PathError(message: "the list has \(items.count) items, so there is no item \(index)")
            }
            var item = index < items.count ? items[index] : .null
            try item.set(value, at: rest)
            if index < items.count { items[index] = item } else { items.append(item) }
            self = .array(items)
        case (.item, .null):
            self = .array([])
            try set(value, at: steps)
        case (.member(let name), _):
            throw PathError(message: "there is \(kindName) in the template, so it has no member \"\(name)\"")
        case (.item(let index), _):
            throw PathError(message: "there is \(kindName) in the template, so it has no item \(index)")
        }
    }
}
