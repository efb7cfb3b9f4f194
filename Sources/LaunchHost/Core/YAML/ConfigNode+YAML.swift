extension ConfigNode {
    /// The values as YAML in block style, in their order, with a final line feed. Reading it gives the same values.
    package var yaml: String {
        switch content {
        case .scalar, .sequence([]), .mapping([]): inline + "\n"
        case .sequence, .mapping: lines(margin: "")
        }
    }

    private func lines(margin: String) -> String {
        switch content {
        case .mapping(let entries):
            return entries.map { "\(margin)\(Self.text($0.key))\($0.value.asValue(margin: margin))" }.joined()
        case .sequence(let items):
            return items.map { item in
                guard item.isNested else { return "\(margin)- \(item.inline)\n" }
                // The first line of the item follows the dash.
                return "\(margin)- \(item.lines(margin: margin + "  ").dropFirst(margin.unicodeScalars.count + 2))"
            }.joined()
        case .scalar: return "\(margin)\(inline)\n"
        }
    }

    private func asValue(margin: String) -> String {
        isNested ? ":\n\(lines(margin: margin + "  "))" : ": \(inline)\n"
    }

    /// Whether the value needs lines of its own.
    private var isNested: Bool { items?.isEmpty == false || entries?.isEmpty == false }

    private var inline: String {
        switch content {
        case .sequence: return "[]"
        case .mapping: return "{}"
        case .scalar(let text, let isPlain):
            if isPlain, case let value = Scalar.value(ofPlain: text), value.stringValue == nil {
                return value == .null ? "null" : text
            }
            return Self.text(text)
        }
    }

    /// A text without quotes if YAML reads it as this text, otherwise in double quotes.
    private static func text(_ text: String) -> String {
        let isPlain =
            text.utf8.count <= 500
            && text.wholeMatch(
                of: /[A-Za-z0-9_\/.](?:[A-Za-z0-9_\/.@%+=$-]|:(?=[A-Za-z0-9_\/.])|\x20(?=[A-Za-z0-9_\/.]))*/)
                != nil
        guard isPlain, !text.hasPrefix("..."), Scalar.value(ofPlain: text) == .string(text),
            Scalar.problem(ofPlain: text) == nil
        else { return quoted(text) }
        return text
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case " "..."~", "\u{A1}"..."\u{1FFF}", "\u{2070}"..."\u{D7FF}", "\u{F900}"..."\u{FDFF}":
                quoted.unicodeScalars.append(scalar)
            default:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
            }
        }
        return quoted + "\""
    }
}
