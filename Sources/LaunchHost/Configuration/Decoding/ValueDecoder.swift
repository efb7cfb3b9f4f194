extension SchemaDecoder {
    /// The name of a value in messages, and the field that it belongs to.
    struct Subject {
        var words: String
        var field: Field
        var owner: Owner

        func item(_ index: Int) -> Subject {
            Subject(words: "item \(index + 1) of \(words)", field: field, owner: owner)
        }
        func member(_ key: String) -> Subject {
            Subject(words: "\(Wording.quoted(key)) of \(words)", field: field, owner: owner)
        }
    }

    /// Decodes one value; nil, with a recorded problem, if it does not fit.
    mutating func value(
        _ node: ConfigNode, kind: Field.Kind, at path: FieldPath, _ subject: Subject
    ) -> JSONValue? {
        if acceptsPlaceholders, case .scalar(let text, _) = node.content, Placeholders.contains(text) {
            checkPlaceholders(text, node, kind: kind, at: path, subject)
            return .string(text)
        }
        switch kind {
        case .any: return node.jsonValue
        case .list(let item):
            guard let items = node.items else { return wrong(node, kind, at: path, subject) }
            // An invalid item is omitted from the list; its problem is recorded.
            return .array(
                items.enumerated().compactMap { index, node in
                    value(node, kind: item, at: path.appending(index: index), subject.item(index))
                })
        case .map(let kind):
            guard let entries = node.entries else { return wrong(node, .map(kind), at: path, subject) }
            var values: [String: JSONValue] = [:]
            for entry in entries {
                values[entry.key] = value(
                    entry.value, kind: kind, at: path.appending(entry.key), subject.member(entry.key))
            }
            return .object(values)
        case .object(let fields):
            guard node.entries != nil else { return wrong(node, kind, at: path, subject) }
            return .object(
                members(node, fields: fields, at: path, in: Owner(subject.words), keyMark: nil, ignoring: []))
        case .either(let kinds): return either(node, kinds, at: path, subject)
        default: return scalar(node, kind, at: path, subject)
        }
    }

    private mutating func either(
        _ node: ConfigNode, _ kinds: [Field.Kind], at path: FieldPath, _ subject: Subject
    ) -> JSONValue? {
        var trials: [SchemaDecoder] = []
        for kind in kinds {
            var trial = SchemaDecoder(
                document: document, acceptsPlaceholders: acceptsPlaceholders, advice: advice)
            trial.variables = variables
            let decoded = trial.value(node, kind: kind, at: path, subject)
            if trial.diagnostics.allSatisfy({ $0.severity == .warning }), let decoded { return decoded }
            if kind.hasShape(of: node) { trials.append(trial) }
        }
        // If only one kind has the shape of the value, its own message is the most precise.
        guard trials.count == 1, let only = trials.first else { return wrong(node, .either(kinds), at: path, subject) }
        for diagnostic in only.diagnostics {
            keep(diagnostic)
        }
        return nil
    }

    private mutating func scalar(
        _ node: ConfigNode, _ kind: Field.Kind, at path: FieldPath, _ subject: Subject
    ) -> JSONValue? {
        let value = node.jsonValue
        switch kind {
        case .string:
            guard case .string = value else { break }
            return value
        case .secret:
            guard case .string = value else { break }
            return value
        case .file:
            guard case .string(let text) = value, !text.isEmpty else { break }
            return .string(document?.path(of: text) ?? text)
        case .choice(let words):
            guard case .string(let text) = value else { break }
            guard words.contains(text) else {
                note(
                    "\(subject.words) must be \(Wording.either(words)); found \(Wording.quoted(text))"
                        + Self.question(text, words), at: node.mark, path: path)
                return nil
            }
            return value
        case .integer(let range):
            guard let number = value.integerValue else { break }
            guard range.contains(number) else { return outOfRange(node, kind, at: path, subject) }
            return .integer(number)
        case .number(let range):
            guard let number = value.doubleValue else { break }
            guard range.contains(number) else { return outOfRange(node, kind, at: path, subject) }
            return value
        case .boolean:
            guard case .bool = value else { break }
            return value
        case .duration:
            guard let seconds = Self.measure(value, whole: { Double($0) }, text: Quantity.seconds) else { break }
            guard seconds >= 0, seconds <= 1e12 else { return outOfRange(node, kind, at: path, subject) }
            return .shortest(seconds)
        case .bytes:
            guard let bytes = Self.measure(value, whole: { $0 }, text: Quantity.bytes) else { break }
            guard bytes >= 0 else { return outOfRange(node, kind, at: path, subject) }
            return .integer(bytes)
        default: break
        }
        return wrong(node, kind, at: path, subject)
    }

    private static func measure<Amount>(
        _ value: JSONValue, whole: (Int64) -> Amount, text: (String) -> Amount?
    ) -> Amount? {
        if let number = value.integerValue { return whole(number) }
        return value.stringValue.flatMap(text)
    }

    private mutating func outOfRange(
        _ node: ConfigNode, _ kind: Field.Kind, at path: FieldPath, _ subject: Subject
    ) -> JSONValue? {
        let negative = node.jsonValue.doubleValue.map { $0 < 0 } ?? false
        let wanted =
            switch kind {
            case .duration: negative ? "a length of time from 0s" : "a shorter time"
            case .bytes: "a size from 0"
            default: kind.words
            }
        note("\(subject.words) must be \(wanted); found \(node.words)", at: node.mark, path: path)
        return nil
    }

    private mutating func wrong(
        _ node: ConfigNode, _ kind: Field.Kind, at path: FieldPath, _ subject: Subject
    ) -> JSONValue? {
        let isSecret = subject.field.kind.holdsSecret
        let found = isSecret ? node.jsonValue.kindName : node.words
        let hint = node.hint(toward: kind, key: path.lastMember) ?? subject.field.example.map { "for example \($0)" }
        note(
            "\(subject.words) must be \(kind.words); found \(found)", hint: isSecret ? "put it in quotes" : hint,
            at: node.mark, path: path)
        if isSecret { hideSourceOfLast() }
        return nil
    }

    package static func question(_ word: String, _ candidates: [String]) -> String {
        nearest(to: word, in: candidates).map { "; did you mean \"\($0)\"?" } ?? ""
    }
}
