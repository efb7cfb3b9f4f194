extension WandbImport {
    /// What a queue is called, and what its runs run on.
    package struct QueueTarget: Sendable, Hashable {
        /// The name of the queue.
        package var name: String
        /// The type of the runner.
        package var resource: String

        package init(name: String, resource: String) {
            (self.name, self.resource) = (name, resource)
        }
    }

    /// Imports the configuration of a queue: the template itself, as W&B's page of a queue shows it, or below the name of
    /// the resource, below `resource_args`, or in the object of W&B's API with `name`, `type` and `config`.
    /// - Parameters:
    ///   - name: the name of the queue if the file has none.
    ///   - resource: the type of the runner if the file does not say it; nil means the runner whose default template has
    ///     the most keys in common with the file.
    /// - Throws: `LaunchError` of kind `.invalid` with all problems, at their positions in the original file.
    package static func queue(
        _ document: Document, name: String, resource: String?, catalog: PluginCatalog
    ) throws(LaunchError) -> (file: WandbImport, target: QueueTarget) {
        var file = try WandbImport(document)
        var shape = QueueShape(document.root)
        for problem in shape.dropped {
            file.note(problem.message, hint: problem.hint, at: problem.mark)
        }
        let type = try file.type(&shape, resource, catalog)
        guard let runner = catalog.runner(type) else {
            let known = catalog.runners.map(\.base.type)
            let advice = LegacyKeys.type(type, role: .runner, known: known)
            throw refusal(
                document,
                [
                    document.diagnostic(
                        .error,
                        "unknown resource \(Wording.quoted(type))"
                            + (advice.map { "; \($0)" } ?? SchemaDecoder.question(type, known)),
                        hint: "known: \(known.joined(separator: ", "))", at: shape.typeMark ?? document.root.mark)
                ])
        }
        let target = QueueTarget(name: shape.name ?? name, resource: type)
        file.fill(shape, target, runner)
        do throws(LaunchError) {
            let read = try QueueFile(file.kept, runner: runner)
            file.notes += read.warnings
        } catch {
            throw refusal(document, file.notes + error.diagnostics)
        }
        return (file, target)
    }

    private mutating func type(
        _ shape: inout QueueShape, _ given: String?, _ catalog: PluginCatalog
    ) throws(LaunchError) -> String {
        let known = catalog.runners.map(\.base.type)
        shape.unwrap(known)
        if let type = given ?? shape.type { return type }
        let keys = Set(shape.template.map(\.key))
        let counts = catalog.runners.map { runner in
            let spelt = Set(keys.map { runner.spelling(FieldPath().appending($0)).description })
            let standard = try? Document(text: runner.defaultTemplate, name: "template").root.entries
            return (type: runner.base.type, count: (standard ?? []).count { spelt.contains($0.key) })
        }.sorted { $0.count > $1.count }
        guard let best = counts.first, best.count >= 2, counts.dropFirst().first?.count ?? 0 < best.count else {
            throw Self.refusal(
                document,
                [
                    document.diagnostic(
                        .error, "the file does not say which resource the queue is for",
                        hint: "name it with --resource: \(known.joined(separator: ", "))", at: document.root.mark)
                ])
        }
        note("the resource is taken to be \"\(best.type)\", by the keys of the file", at: document.root.mark)
        return best.type
    }

    private mutating func fill(_ shape: QueueShape, _ target: QueueTarget, _ runner: RunnerPlugin) {
        func text(_ value: String) -> ConfigNode { ConfigNode(.scalar(value, plain: false), at: document.root.mark) }
        let adoption = TemplateAdoption(ConfigNode(.mapping(shape.template), at: document.root.mark), runner: runner)
        for found in adoption.notes { note(found.message, hint: found.hint, at: found.mark, path: found.path) }
        keep(ConfigNode.Entry("queue", at: document.root.mark, text(target.name)))
        keep(ConfigNode.Entry("resource", at: document.root.mark, text(target.resource)))
        for entry in adoption.root.entries ?? [] {
            // W&B's own key beside the template of any resource.
            guard entry.key != "builder" || runner.template?.contains(where: { $0.name == "builder" }) == true else {
                note(
                    "\"builder\" is not a part of the template, and is left out",
                    hint: "the Dockerfile of a source names its base image; 'launch init' writes one", at: entry.keyMark
                )
                continue
            }
            keep(entry)
        }
        if !shape.variables.isEmpty {
            var names: Set<String> = []
            let variables = shape.variables.filter { names.insert($0.key).inserted }
            keep(ConfigNode.Entry("template_variables", ConfigNode(.mapping(variables))))
        }
        warnOfPlaceholders(in: root, at: FieldPath())
    }

    /// W&B's page begins with values such as `<REQUIRED>`.
    private mutating func warnOfPlaceholders(in node: ConfigNode, at path: FieldPath) {
        guard notes.count < 100 else { return }
        switch node.content {
        case .scalar(let text, _):
            guard !UnfilledPlaceholders.placeholders(in: text, isFree: true).isEmpty, !text.hasPrefix("{") else {
                return
            }
            note(
                "\(path) still holds the placeholder \(Wording.quoted(text))", hint: "write the value itself",
                at: node.mark, path: path)
        case .sequence(let items):
            for (index, item) in items.enumerated() { warnOfPlaceholders(in: item, at: path.appending(index: index)) }
        case .mapping(let entries):
            for entry in entries { warnOfPlaceholders(in: entry.value, at: path.appending(entry.key)) }
        }
    }
}

/// The parts of a queue's configuration, from any of the shapes in which W&B shows it.
struct QueueShape {
    /// A key that is left out.
    struct Dropped {
        var message: String
        var hint: String?
        var mark: Mark?
    }

    private(set) var name: String?
    private(set) var type: String?
    private(set) var typeMark: Mark?
    private(set) var template: [ConfigNode.Entry] = []
    private(set) var variables: [ConfigNode.Entry] = []
    private(set) var dropped: [Dropped] = []

    /// The keys of the object of W&B's API beside the configuration, and what is here instead.
    private static let objectKeys: [String: String] = [
        "prioritization_mode": "every queue has priorities: launch submit --priority",
        "prioritizationMode": "every queue has priorities: launch submit --priority",
        "access": "the key 'owners' and the roles of a shared store say who may do what",
        "external_links": "write links into comments", "externalLinks": "write links into comments",
        "entity": "a queue belongs to the store that it is in",
        "entity_name": "a queue belongs to the store that it is in",
        "project": "a run names its project when it is submitted, with -p", "id": "the name of a queue identifies it",
        "createdBy": "the store records changes", "created_by": "the store records changes",
        "createdAt": "the store records changes", "updatedAt": "the store records changes",
    ]

    init(_ root: ConfigNode) {
        let isObject = ["config", "defaultResourceConfig", "resource_args"].contains { root.entry($0) != nil }
        guard isObject else {
            sort(root.entries ?? [])
            return
        }
        for entry in root.entries ?? [] where !entry.value.isNull {
            switch entry.key {
            case "name", "queue": name = entry.value.jsonValue.stringValue
            case "type", "resource": (type, typeMark) = (entry.value.jsonValue.stringValue, entry.value.mark)
            case "config", "defaultResourceConfig", "resource_args": sort(Self.opened(entry).entries ?? [])
            case "template_variables", "templateVariables": take(entry.value)
            default:
                let hint = Self.objectKeys[entry.key]
                dropped.append(
                    Dropped(
                        message: "\(Wording.quoted(entry.key)) is not a part of a queue's file, and is left out",
                        hint: hint, mark: entry.keyMark))
            }
        }
    }

    /// The value, which the API gives as JSON in a text. Its values have the position of the text.
    private static func opened(_ entry: ConfigNode.Entry) -> ConfigNode {
        guard let text = entry.value.jsonValue.stringValue, let document = try? Document(text: text, name: "config"),
            document.problems.isEmpty
        else { return entry.value }
        return marked(document.root, entry.value.mark)
    }

    private static func marked(_ node: ConfigNode, _ mark: Mark?) -> ConfigNode {
        var node = node
        node.mark = mark
        switch node.content {
        case .scalar: break
        case .sequence(let items): node.content = .sequence(items.map { marked($0, mark) })
        case .mapping(let entries):
            node.content = .mapping(entries.map { ConfigNode.Entry($0.key, at: mark, marked($0.value, mark)) })
        }
        return node
    }

    /// The members of the configuration: variables, and the template or what is around it.
    private mutating func sort(_ entries: [ConfigNode.Entry]) {
        for entry in entries {
            switch entry.key {
            case "template_variables", "templateVariables": take(entry.value)
            case "resource_args": sort(entry.value.entries ?? [])
            // The keys of a file of this program.
            case "queue" where entry.value.jsonValue.stringValue != nil: name = entry.value.jsonValue.stringValue
            case "resource" where entry.value.jsonValue.stringValue != nil:
                (type, typeMark) = (entry.value.jsonValue.stringValue, entry.value.mark)
            default: template.append(entry)
            }
        }
    }

    /// The variables as a mapping of names, or as the list of the API, whose schemas are JSON in a text.
    private mutating func take(_ node: ConfigNode) {
        for item in node.items ?? [] {
            guard let name = item.entry("name")?.value.jsonValue.stringValue, let schema = item.entry("schema") else {
                continue
            }
            variables.append(ConfigNode.Entry(name, at: item.mark, Self.opened(schema)))
        }
        for entry in node.entries ?? [] {
            var entry = entry
            if let schema = entry.value.entry("schema") { entry.value = Self.opened(schema) }
            variables.append(entry)
        }
    }

    /// Takes the template out of a mapping whose only key is the name of a resource.
    mutating func unwrap(_ known: [String]) {
        guard template.count == 1, let only = template.first, let inner = only.value.entries else { return }
        let isType = known.contains(only.key) || LegacyKeys.type(only.key, role: .runner, known: known) != nil
        guard isType || only.key == type else { return }
        if type == nil { (type, typeMark) = (only.key, only.keyMark) }
        template = inner
    }
}
