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
        let type = file.own(try file.type(&shape, resource, catalog), shape, catalog)
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
        shape.unwrap(known + catalog.runners.flatMap(\.base.hints.types.keys))
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

    /// The type of the runner that replaces a runner of W&B; otherwise the type itself.
    private mutating func own(_ type: String, _ shape: QueueShape, _ catalog: PluginCatalog) -> String {
        guard catalog.runner(type) == nil,
            let own = catalog.runners.first(where: { $0.base.hints.types[type] != nil })?.base.type
        else { return type }
        note("the resource \(Wording.quoted(type)) is written as \(Wording.quoted(own))", at: shape.typeMark)
        return own
    }

    /// The members of the template in the form of this runner.
    private mutating func converted(_ entries: [ConfigNode.Entry], _ runner: RunnerPlugin) -> [ConfigNode.Entry] {
        entries.compactMap { entry in
            guard let member = runner.imported(entry.key, entry.value.jsonValue) else { return entry }
            let path = FieldPath().appending(entry.key)
            for found in member.notes { note(found.message, hint: found.hint, at: entry.keyMark, path: path) }
            return member.key.map {
                ConfigNode.Entry($0, at: entry.keyMark, QueueShape.marked(ConfigNode(member.value), entry.value.mark))
            }
        }
    }

    private mutating func fill(_ shape: QueueShape, _ target: QueueTarget, _ runner: RunnerPlugin) {
        func text(_ value: String) -> ConfigNode { ConfigNode(.scalar(value, plain: false), at: document.root.mark) }
        let template = converted(shape.template, runner)
        let adoption = TemplateAdoption(ConfigNode(.mapping(template), at: document.root.mark), runner: runner)
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
