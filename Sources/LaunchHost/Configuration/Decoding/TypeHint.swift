internal import LaunchSuggestions

extension SchemaDecoder {
    /// The candidate that a misspelt word probably means. It may differ only in case.
    static func nearest(to word: String, in candidates: [String]) -> String? {
        candidates.first { $0.lowercased() == word.lowercased() } ?? Suggestion.nearest(to: word, in: candidates)
    }
}

extension ConfigNode {
    /// How to write the probably intended value, if a value is of the wrong kind.
    package func hint(toward kind: Field.Kind, key: String?) -> String? {
        guard case .scalar(let text, let plain) = content else { return nil }
        let start = key.map { "\($0): " } ?? ""
        switch kind {
        case .boolean:
            switch text.lowercased() {
            case "no", "off", "n": return "\(Wording.quoted(text)) is text in YAML 1.2; write \(start)false"
            case "yes", "on", "y": return "\(Wording.quoted(text)) is text in YAML 1.2; write \(start)true"
            case "true", "false": return "write \(start)\(text.lowercased()), without quotes"
            default: return nil
            }
        case .integer, .number:
            if !plain, Scalar.value(ofPlain: text).doubleValue != nil {
                return "write \(start)\(text), without quotes"
            }
            let bare = text.filter { $0 != "_" && $0 != "," }
            if bare != text, Int64(bare) != nil { return "write \(start)\(bare)" }
            return nil
        case .string, .secret, .choice, .file:
            switch jsonValue {
            case .bool, .integer, .number: return "write \(start)\"\(Wording.shortened(text))\" in quotes for text"
            default: return nil
            }
        case .list(.string): return isNull ? nil : "write \(start)[\(Wording.shortened(text))]"
        case .either(let kinds):
            for kind in kinds {
                if let hint = hint(toward: kind, key: key) { return hint }
            }
            return nil
        default: return nil
        }
    }
}

extension Field.Kind {
    /// Whether a value of this kind contains a secret.
    var holdsSecret: Bool {
        switch self {
        case .secret: true
        case .list(let kind), .map(let kind): kind.holdsSecret
        case .either(let kinds): kinds.contains { $0.holdsSecret }
        default: false
        }
    }

    /// Whether the value has the outer shape of this kind: a list, a mapping or a single value.
    func hasShape(of node: ConfigNode) -> Bool {
        switch (self, node.content) {
        case (.any, _): true
        case (.either(let kinds), _): kinds.contains { $0.hasShape(of: node) }
        case (.list, .sequence), (.map, .mapping), (.object, .mapping): true
        case (.list, _), (.map, _), (.object, _), (_, .sequence), (_, .mapping): false
        default: true
        }
    }
}

extension FieldPath {
    /// The last step, if it is a member.
    var lastMember: String? {
        if case .member(let name) = steps.last { name } else { nil }
    }
}
