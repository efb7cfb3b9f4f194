internal import FoundationEssentials

/// Any JSON document. Templates, requests and handles have this type between the stages.
///
/// Encoding is canonical (keys sorted, no white space), so equal values have equal bytes.
public enum JSONValue: Sendable, Hashable {
    /// The value `null`.
    case null
    /// The value `true` or `false`.
    case bool(Bool)
    /// A number without a fraction and an exponent that fits 64 bits.
    case integer(Int64)
    /// Any other number, including `1.0` and `1e3`.
    case number(Double)
    /// Text.
    case string(String)
    /// An ordered list.
    case array([JSONValue])
    /// Members by name.
    case object([String: JSONValue])
}

extension JSONValue {
    /// The member with this name; nil if this is not an object or has no such member.
    public subscript(name: String) -> JSONValue? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    /// The text, if this is a string.
    public var stringValue: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The members, if this is an object.
    public var objectValue: [String: JSONValue]? {
        if case .object(let members) = self { members } else { nil }
    }

    /// The items, if this is an array.
    public var arrayValue: [JSONValue]? {
        if case .array(let items) = self { items } else { nil }
    }

    /// The whole number, if this is one. `2.0` and `1e3` count as whole numbers.
    public var integerValue: Int64? {
        switch self {
        case .integer(let number): number
        case .number(let number): Int64(exactly: number)
        default: nil
        }
    }

    /// The Boolean, if this is one.
    public var boolValue: Bool? {
        if case .bool(let flag) = self { flag } else { nil }
    }

    /// The number as a floating-point value, if this is a number.
    public var doubleValue: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }

    /// A number in its shortest form: an integer if it is whole.
    package static func shortest(_ number: Double) -> JSONValue {
        Int64(exactly: number).map { .integer($0) } ?? .number(number)
    }

    /// The kind of this value for error messages: "a string", "a list", …
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

    /// This value with every string in it, at any depth, replaced by the result of `transform`. Names of members do not
    /// change.
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
    /// This value with the keys of all mappings in the backend's spelling. `path` is the position of the value.
    package func respelt(at path: FieldPath = FieldPath(), by spelling: (FieldPath) -> FieldPath) -> JSONValue {
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
    /// Reads any JSON value. Whole numbers that fit 64 bits become integers. With `JSON.decode`, numbers with a
    /// fraction or an exponent do not.
    ///
    /// - Throws: `DecodingError` if lists and mappings nest deeper than `depthLimit`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        // The most likely kind comes first: every wrong guess creates an error, which takes most of the time of
        // reading.
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

    /// The maximum depth of nested lists and mappings in a document that is read or written. Reading and writing are
    /// recursive, so a deeper document could crash the program. Templates of real backends nest less than 20 deep.
    public static let depthLimit = 256

    private static let tooDeep = "lists and mappings nest more than \(depthLimit) deep"

    /// The members of a mapping; nil if the value is not a mapping. An error inside a member is rethrown.
    private static func members(in container: any SingleValueDecodingContainer) throws -> [String: JSONValue]? {
        do {
            return try container.decode([String: JSONValue].self)
        } catch DecodingError.typeMismatch {
            return nil
        }
    }

    /// Writes the value as JSON.
    /// - Throws: `EncodingError` if lists and mappings nest deeper than `depthLimit`.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .array, .object:
            guard encoder.codingPath.count > Self.depthLimit else { break }
            // The error omits the value: a message that shows it would recurse as well.
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
    /// - Throws: `DecodingError` if `text` is not JSON.
    public init(parsing text: String) throws {
        self = try JSON.decode(JSONValue.self, from: Data(text.utf8))
    }

    /// Parses the JSON text of a service, in which whole numbers may have a fraction: `1.0` becomes an integer.
    /// - Throws: `DecodingError` if `bytes` are not JSON.
    package init(wholeNumbersOf bytes: [UInt8]) throws {
        if let value = bytes.withUnsafeBytes({ JSONText.value(of: $0, keepsFractions: false) }) {
            self = value
        } else {
            self = try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
        }
    }

    /// Creates the value that `encodable` encodes to.
    /// - Throws: the errors of its `encode(to:)`.
    public init(encoding encodable: some Encodable) throws {
        self = try JSON.decode(JSONValue.self, from: JSON.canonicalData(encodable))
    }

    /// Decodes this document as `type`.
    /// - Throws: `DecodingError` if the document does not fit the type.
    public func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try JSON.decode(type, from: JSON.canonicalData(self))
    }
}
