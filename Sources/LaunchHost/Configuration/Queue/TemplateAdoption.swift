/// Converts a queue's file to a template: removes the outer mapping and the keys of other programs.
struct TemplateAdoption {
    /// A warning about removed keys.
    struct Note {
        package var message: String
        package var hint: String?
        var mark: Mark?
        package var path: FieldPath
    }

    /// The document without the removed keys.
    private(set) var root: ConfigNode
    /// The warnings about removed keys.
    private(set) var notes: [Note] = []

    init(_ root: ConfigNode, runner: RunnerPlugin) {
        self.root = root
        unwrap(runner.base.type)
        for keys in runner.foreignKeys { drop(keys) }
    }

    /// Files of W&B contain the template below the name of the resource. Beside it, only keys of the queue itself are
    /// allowed.
    private mutating func unwrap(_ type: String) {
        guard let entries = root.entries, let envelope = entries.first(where: { $0.key == type }),
            let inner = envelope.value.entries
        else { return }
        let own = entries.filter { QueueFile.reservedKeys.contains($0.key) }
        guard own.count == entries.count - 1, !inner.contains(where: { key in own.contains { $0.key == key.key } })
        else { return }
        root.content = .mapping(own + inner)
        notes.append(
            Note(
                message: "the template is read from below \"\(type)\", as W&B Launch writes it",
                hint: "to end this warning, remove the line and indent the rest less", mark: envelope.keyMark,
                path: FieldPath().appending(type)))
    }

    private mutating func drop(_ keys: ForeignKeys) {
        let names = Set(root.entries?.map(\.key) ?? [])
        guard keys.signs.map({ !$0.isDisjoint(with: names) }) ?? true else { return }
        var found: [(path: FieldPath, mark: Mark?)] = []
        root = Self.without(Set(keys.paths), root, at: FieldPath(), &found)
        guard let first = found.first else { return }
        notes.append(
            Note(
                message: keys.message(found.map(\.path.description)), hint: keys.hint, mark: first.mark,
                path: first.path))
    }

    private static func without(
        _ paths: Set<FieldPath>, _ node: ConfigNode, at path: FieldPath, _ found: inout [(path: FieldPath, mark: Mark?)]
    ) -> ConfigNode {
        guard let entries = node.entries else { return node }
        var kept: [ConfigNode.Entry] = []
        for entry in entries {
            let place = path.appending(entry.key)
            if paths.contains(place) {
                found.append((place, entry.keyMark))
            } else if paths.contains(where: { $0.steps.count > place.steps.count && $0.steps.starts(with: place.steps) }
            ) {
                kept.append(
                    ConfigNode.Entry(
                        entry.key, at: entry.keyMark, without(paths, entry.value, at: place, &found)))
            } else {
                kept.append(entry)
            }
        }
        return ConfigNode(.mapping(kept), at: node.mark)
    }
}

extension Document {
    /// The document as a template of this runner, in the spelling of its templates.
    package func spelt(like runner: RunnerPlugin) -> Document {
        adopted(by: runner).document
    }

    /// The template, with the warnings about removed keys.
    func adopted(by runner: RunnerPlugin) -> (document: Document, notes: [TemplateAdoption.Note]) {
        var document = self
        document.spelling = runner.spelling
        let adoption = TemplateAdoption(root, runner: runner)
        document.root = adoption.root
        return (document, adoption.notes)
    }
}
