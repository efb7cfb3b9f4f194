internal import FoundationEssentials

/// Any JSON document, as templates, requests and handles carry it between stages.
///
/// Encoding is canonical (keys sorted, no white space), so that equal values are equal bytes.
public enum JSONValue: Sendable, Hashable {
    /// `null`
    case null
    /// `true` or `false`
    case bool(Bool)
    /// A number that is written without a fraction and an exponent, and fits 64 bits.
    case integer(Int64)
    /// Any other number; `1.0` and `1e3` are such.
    case number(Double)
    /// Text.
    case string(String)
    /// An ordered list.
    case array([JSONValue])
    /// Members by name.
    case object([String: JSONValue])
}

extension JSONValue {
    /// The member called `name`, or nil where this is no object or has no such member.
    public subscript(name: String) -> JSONValue? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    /// The text, where this is a string.
    public var stringValue: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The members, where this is an object.
    public var objectValue: [String: JSONValue]? {
        if case .object(let members) = self { members } else { nil }
    }

    /// The items, where this is an array.
    public var arrayValue: [JSONValue]? {
        if case .array(let items) = self { items } else { nil }
    }

    /// The whole number, where this is one; also where it is written like `2.0` or `1e3`.
    public var integerValue: Int64? {
        switch self {
        case .integer(let number): number
        case .number(let number): Int64(exactly: number)
        default: nil
        }
    }

    /// The truth value, where this is one.
    public var boolValue: Bool? {
        if case .bool(let flag) = self { flag } else { nil }
    }

    /// The number as a floating-point value, where this is any number.
    public var doubleValue: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }

    /// A number in its shortest form: an integer where it is whole.
    static func shortest(_ number: Double) -> JSONValue {
        Int64(exactly: number).map { .integer($0) } ?? .number(number)
    }

    /// What kind of value this is, in the words of an error message: "a string", "a list", …
    public var kindName: String {
        switch self {
        case .null: "nothing"
        case .bool: "true or false"
        case .integer: "a whole number"
        case .number: "a number"
        case .string: "a string"
        case .array: "a list"
        case .object: "a mapping"
        }
    }

    /// This value with every string in it, at any depth, replaced by what `transform` makes of it; names stay.
    public func mappingStrings(
        at path: FieldPath = FieldPath(), _ transform: (String, FieldPath) throws -> JSONValue
    ) rethrows -> JSONValue {
        switch self {
        case .string(let text):
            return try transform(text, path)
        case .array(let items):
            return .array(
                try items.enumerated().map { try $1.mappingStrings(at: path.appending(index: $0), transform) })
        case .object(let members):
            var mapped: [String: JSONValue] = [:]
            for (name, value) in members {
                mapped[name] = try value.mappingStrings(at: path.appending(name), transform)
            }
            return .object(mapped)
        default:
            return self
        }
    }
}

extension JSONValue {
    /// This value with the keys of all mappings spelt as the backend spells them. `path` is where the value stands.
    func respelt(at path: FieldPath = FieldPath(), by spelling: (FieldPath) -> FieldPath) -> JSONValue {
        switch self {
        case .array(let items):
            return .array(items.enumerated().map { $1.respelt(at: path.appending(index: $0), by: spelling) })
        case .object(let members):
            var named: [String: JSONValue] = [:]
            for (name, value) in members {
                let meant = spelling(path.appending(name))
                guard case .member(let key)? = meant.steps.last else { continue }
                named[key] = value.respelt(at: meant, by: spelling)
            }
            return .object(named)
        default:
            return self
        }
    }
}

extension JSONValue: Codable {
    /// Reads any JSON value. Whole numbers that fit 64 bits are integers. With `JSON.decode`, those that are written with a
    /// fraction or an exponent are not.
    ///
    /// - Throws: `DecodingError` where lists and mappings nest deeper than `depthLimit`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        // What is most likely first: a wrong guess costs the decoder an error, which is most of what reading costs.
        if let text = try? container.decode(String.self) {
            self = .string(text)
        } else if container.decodeNil() {
            self = .null
        } else if decoder.codingPath.count > Self.depthLimit {
            throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: Self.tooDeep))
        } else if let members = try Self.members(in: container) {
            self = .object(members)
        } else if let number = try? container.decode(Double.self) {
            let whole = number.rounded() == number ? try? container.decode(Int64.self) : nil
            self = if let whole, !JSON.isNumber(at: decoder) { .integer(whole) } else { .number(number) }
        } else if let flag = try? container.decode(Bool.self) {
            self = .bool(flag)
        } else {
            self = .array(try container.decode([JSONValue].self))
        }
    }

    /// How deep lists and mappings may nest in a document that is read or written. Reading and writing recurse, so that a
    /// deeper document could end the program. Templates of real backends nest less than 20 deep.
    public static let depthLimit = 256

    private static let tooDeep = "lists and mappings nest more than \(depthLimit) deep"

    /// The members of a mapping; nil where the value is something else. An error inside a member is thrown on.
    private static func members(in container: any SingleValueDecodingContainer) throws -> [String: JSONValue]? {
        do {
            return try container.decode([String: JSONValue].self)
        } catch DecodingError.typeMismatch {
            return nil
        }
    }

    /// Writes the value as JSON.
    /// - Throws: `EncodingError` where lists and mappings nest deeper than `depthLimit`.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .array, .object:
            guard encoder.codingPath.count > Self.depthLimit else { break }
            // Without the value: a message that shows it would recurse as well.
            throw EncodingError.invalidValue(kindName, .init(codingPath: [], debugDescription: Self.tooDeep))
        default: break
        }
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let flag): try container.encode(flag)
        case .integer(let whole): try container.encode(whole)
        case .number(let number):
            if number.rounded() == number { JSON.noteNumber(at: encoder) }
            try container.encode(number)
        case .string(let text): try container.encode(text)
        case .array(let items): try container.encode(items)
        case .object(let members): try container.encode(members)
        }
    }
}

extension JSONValue {
    /// Parses JSON text.
    /// - Throws: `DecodingError` where `text` is not JSON.
    public init(parsing text: String) throws {
        self = try JSON.decode(JSONValue.self, from: Data(text.utf8))
    }

    /// The value that `encodable` encodes to.
    /// - Throws: whatever its `encode(to:)` throws.
    public init(encoding encodable: some Encodable) throws {
        self = try JSON.decode(JSONValue.self, from: JSON.canonicalData(encodable))
    }

    /// Decodes this document as `type`.
    /// - Throws: `DecodingError` where the document does not fit.
    public func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try JSON.decode(type, from: JSON.canonicalData(self))
    }
}
