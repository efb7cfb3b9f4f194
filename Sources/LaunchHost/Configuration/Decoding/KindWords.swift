extension Field.Kind {
    /// A description of the allowed values, for messages and tables: `a whole number from 1 to 10`, `a list of text`.
    public var words: String {
        switch self {
        case .string, .secret: "text"
        case .file: "the path of a file"
        case .choice(let words): Wording.either(words)
        case .integer(let range) where range.lowerBound == range.upperBound: String(range.lowerBound)
        case .integer(let range): "a whole number" + Self.words(of: range, Int64.min, Int64.max) { String($0) }
        case .number(let range):
            "a number"
                + Self.words(of: range, -.greatestFiniteMagnitude, .greatestFiniteMagnitude) { Quantity.text($0) }
        case .boolean: "true or false"
        case .duration: "a length of time, e.g. 90s, 10m or 2h"
        case .bytes: "a size, e.g. 512m or 8g"
        case .list(.string): "a list of text"
        case .list(let item): "a list, each item \(item.words)"
        case .map(.string): "a mapping of text"
        case .map(.any): "a mapping"
        case .map(let value): "a mapping, each value \(value.words)"
        case .object: "a mapping"
        case .either(let kinds): Wording.either(kinds.map(\.words))
        case .any: "anything"
        }
    }

    private static func words<Number: Comparable>(
        of range: ClosedRange<Number>, _ least: Number, _ greatest: Number, _ text: (Number) -> String
    ) -> String {
        switch (range.lowerBound > least, range.upperBound < greatest) {
        case (true, true): " from \(text(range.lowerBound)) to \(text(range.upperBound))"
        case (true, false): " from \(text(range.lowerBound))"
        case (false, true): " up to \(text(range.upperBound))"
        case (false, false): ""
        }
    }
}
