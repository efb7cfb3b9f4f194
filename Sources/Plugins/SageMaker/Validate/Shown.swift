internal import LaunchPluginKit

/// Formats values for messages.
enum Shown {
    /// The largest number of scalars; longer texts are cut.
    private static let longest = 60

    /// The text in quotes, in one line, cut at `longest`.
    static func quoted(_ text: String) -> String {
        var shown = "\""
        for (index, scalar) in text.unicodeScalars.enumerated() {
            if index == longest { return shown + "…\"" }
            shown += scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : String(scalar)
        }
        return shown + "\""
    }

    /// The kind of a value, with the value itself if it is a scalar.
    static func kind(of value: JSONValue) -> String {
        switch value {
        case .string(let text): "the string \(quoted(text))"
        case .integer(let number): "the number \(number)"
        case .number(let number): "the number \(number)"
        case .bool(let flag): "\(flag)"
        default: value.kindName
        }
    }

    /// A number with the unit that the field's name ends in. Long times are also given in days, hours or minutes.
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
