internal import LaunchHost

/// How values stand in messages.
enum Shown {
    /// Longer texts are cut.
    private static let longest = 60

    /// The text in quotes, in one line, and not for ever.
    static func quoted(_ text: String) -> String {
        var shown = "\""
        for (index, scalar) in text.unicodeScalars.enumerated() {
            if index == longest { return shown + "…\"" }
            shown += scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : String(scalar)
        }
        return shown + "\""
    }

    /// The kind of a value, and the value where it is short by nature.
    static func kind(of value: JSONValue) -> String {
        switch value {
        case .string(let text): "the string \(quoted(text))"
        case .integer(let number): "the number \(number)"
        case .number(let number): "the number \(number)"
        case .bool(let flag): "\(flag)"
        default: value.kindName
        }
    }

    /// A number with the unit that its field's name ends in, and long times in days or hours beside it.
    static func amount(_ number: Int64, of field: String) -> String {
        if field.hasSuffix("InGB") { return "\(number) GB" }
        if field.hasSuffix("InMilliseconds") { return "\(number) ms" }
        guard field.hasSuffix("InSeconds") else { return "\(number)" }
        for (unit, seconds) in [("d", Int64(86_400)), ("h", 3600), ("min", 60)]
        where number >= seconds && number % seconds == 0 {
            return "\(number) s (\(number / seconds) \(unit))"
        }
        return "\(number) s"
    }
}
