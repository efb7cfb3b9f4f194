internal import LaunchSuggestions

/// Reads the keys of a mapping: unknown and missing ones, and defaults.
extension SchemaDecoder {
    mutating func members(
        _ node: ConfigNode, fields: [Field], at path: FieldPath, in owner: Owner, keyMark: Mark?,
        ignoring ignored: Set<String>
    ) -> [String: JSONValue] {
        guard let entries = node.entries else {
            note("\(owner.name) must be a mapping of keys; found \(node.words)", at: node.mark, path: path)
            return [:]
        }
        var values: [String: JSONValue] = [:]
        var given: Set<String> = []
        for entry in entries where !ignored.contains(entry.key) {
            let place = path.appending(entry.key)
            guard let field = fields.first(where: { $0.name == entry.key }) else {
                unknown(entry, fields: fields, ignored: ignored, at: place, in: owner)
                // The key that was misspelt is not reported as missing.
                if !isFull, let meant = Self.meant(entry.key, among: fields.map(\.name)) { given.insert(meant) }
                continue
            }
            given.insert(field.name)
            if entry.value.isNull {
                guard field.required else {
                    given.remove(field.name)
                    continue
                }
                note(
                    "\(owner.subject(field.name)) is required, but empty",
                    hint: "give it \(field.kind.words)\(Self.example(field))", at: entry.keyMark, path: place)
                continue
            }
            values[field.name] = value(
                entry.value, kind: field.kind, at: place,
                Subject(words: owner.subject(field.name), field: field, owner: owner))
        }
        for field in fields where !given.contains(field.name) {
            if field.required {
                note(
                    "\(Wording.quoted(field.name)) is missing \(owner.phrase)",
                    hint: "add \(field.name): \(field.help)\(Self.example(field))", at: keyMark ?? node.mark,
                    path: path)
            } else if let standard = field.defaultValue {
                values[field.name] = Self.decodedDefault(standard, field: field)
            }
        }
        return values
    }

    private mutating func unknown(
        _ entry: ConfigNode.Entry, fields: [Field], ignored: Set<String>, at path: FieldPath, in owner: Owner
    ) {
        guard !isFull else { return }
        let names = fields.map(\.name) + ignored.sorted()
        let key = Wording.quoted(entry.key)
        let start = "unknown key \(key) \(owner.phrase)"
        let allowed =
            fields.isEmpty
            ? (ignored.contains("type") ? "it has no keys besides \"type\"" : "it has no keys")
            : "keys allowed here: \(names.joined(separator: ", "))"
        if let same = names.first(where: { Self.folded($0) == Self.folded(entry.key) }) {
            note("\(start); did you mean \"\(same)\"?", at: entry.keyMark, path: path)
        } else if let advice = advice(entry.key, owner) {
            note(advice.message, hint: advice.hint, at: entry.keyMark, path: path)
        } else if let near = Suggestion.nearest(to: entry.key, in: names) {
            note("\(start); did you mean \"\(near)\"?", at: entry.keyMark, path: path)
        } else {
            note(start, hint: allowed, at: entry.keyMark, path: path)
        }
    }

    static func meant(_ key: String, among names: [String]) -> String? {
        names.first { folded($0) == folded(key) } ?? Suggestion.nearest(to: key, in: names)
    }

    /// Normalizes a key: `max-jobs`, `maxJobs` and `MAX_JOBS` are equal.
    private static func folded(_ key: String) -> String {
        key.lowercased().filter { $0 != "_" && $0 != "-" }
    }

    private static func decodedDefault(_ value: JSONValue, field: Field) -> JSONValue {
        var decoder = SchemaDecoder(document: nil)
        let subject = Subject(words: field.name, field: field, owner: Owner(field.name))
        let decoded = decoder.value(ConfigNode(value), kind: field.kind, at: FieldPath(), subject)
        return decoded ?? value
    }
}
