/// The values of one kind that a queue allows: all values, or those that match one of the patterns.
///
/// In JSON and in a queue's file it is `"any"` or a list of patterns.
public enum Allowance: Sendable, Hashable {
    /// Every value.
    case any
    /// Only values that match one of the patterns. An empty list allows nothing.
    case only([String])

    /// The word that allows every value.
    static let word = "any"

    /// Reads a decoded value of a queue's file: `any`, `true`, `false` or a list of text.
    init?(_ value: JSONValue?) {
        switch value {
        case .string(Self.word), .bool(true): self = .any
        case .bool(false): self = .only([])
        case .array(let items): self = .only(items.compactMap(\.stringValue))
        default: return nil
        }
    }

    /// The value as a queue's file declares it.
    package var declaration: JSONValue {
        switch self {
        case .any: .string(Self.word)
        case .only(let patterns): .array(patterns.map { .string($0) })
        }
    }

    /// The patterns on one line, for messages.
    public var summary: String {
        switch self {
        case .any: "any"
        case .only([]): "none"
        case .only(let patterns): patterns.joined(separator: ", ")
        }
    }

    /// Whether the value is allowed. The closure decides whether a pattern matches the value.
    func allows(_ matches: (String) -> Bool) -> Bool {
        switch self {
        case .any: true
        case .only(let patterns): patterns.contains(where: matches)
        }
    }
}

extension Allowance: Codable {
    /// Reads `"any"` or a list of patterns.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let word = try? container.decode(String.self) {
            guard word == Self.word else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "not \"any\": \(word)")
            }
            self = .any
        } else {
            self = .only(try container.decode([String].self))
        }
    }

    /// Writes `"any"` or a list of patterns.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .any: try container.encode(Self.word)
        case .only(let patterns): try container.encode(patterns)
        }
    }
}
