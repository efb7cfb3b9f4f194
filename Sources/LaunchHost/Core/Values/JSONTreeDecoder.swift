internal import FoundationEssentials

/// Decodes types from a `JSONValue`, which `JSONText` has read.
///
/// It gives exactly what Foundation's decoder gives for the same text, or an error. Foundation's decoder then decides: for
/// values that it reads in its own way, such as dates, and for the words of an error.
struct JSONTreeDecoder: Decoder {
    /// A type that needs Foundation's decoder was found. A type that tries several alternatives hides the error.
    private final class Limits {
        var isExceeded = false
    }

    private let value: JSONValue
    private let limits: Limits

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    private init(_ value: JSONValue, _ limits: Limits) { (self.value, self.limits) = (value, limits) }

    /// The value of the type; nil if Foundation's decoder must decide.
    static func decode<T: Decodable>(_ type: T.Type, from value: JSONValue) -> T? {
        let limits = Limits()
        let decoded = try? JSONTreeDecoder(value, limits).decode(type)
        return limits.isExceeded ? nil : decoded
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let members) = value else { throw mismatch(Key.self) }
        return KeyedDecodingContainer(Members<Key>(members: members, limits: limits))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let items) = value else { throw mismatch([JSONValue].self) }
        return Items(items: items, limits: limits)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { Single(decoder: self) }

    fileprivate func decode<T: Decodable>(_ type: T.Type) throws -> T {
        if type == JSONValue.self, let value = value as? T { return value }
        if type == String.self, case .string(let text) = value, let text = text as? T { return text }
        if type == Date.self || type == Data.self || type == URL.self || type == Decimal.self || type == Float.self {
            limits.isExceeded = true
            throw mismatch(type)
        }
        return try type.init(from: self)
    }

    fileprivate func mismatch(_ type: Any.Type) -> DecodingError {
        let context = DecodingError.Context(codingPath: [], debugDescription: "a value of another kind")
        return value == .null ? .valueNotFound(type, context) : .typeMismatch(type, context)
    }

    private func whole<T: FixedWidthInteger>(_ type: T.Type) throws -> T {
        let exact: T? =
            switch value {
            case .integer(let whole): T(exactly: whole)
            case .number(let number): T(exactly: number)
            default: throw mismatch(type)
            }
        guard let exact else {
            throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "a number that does not fit"))
        }
        return exact
    }

    private struct Single: SingleValueDecodingContainer {
        let decoder: JSONTreeDecoder
        var codingPath: [any CodingKey] { [] }

        func decodeNil() -> Bool { decoder.value == .null }
        func decode(_ type: Bool.Type) throws -> Bool {
            guard case .bool(let flag) = decoder.value else { throw decoder.mismatch(type) }
            return flag
        }
        func decode(_ type: String.Type) throws -> String {
            guard case .string(let text) = decoder.value else { throw decoder.mismatch(type) }
            return text
        }
        func decode(_ type: Double.Type) throws -> Double {
            switch decoder.value {
            case .integer(let whole): return Double(whole)
            case .number(let number): return number
            default: throw decoder.mismatch(type)
            }
        }
        func decode(_ type: Float.Type) throws -> Float {
            decoder.limits.isExceeded = true
            throw decoder.mismatch(type)
        }
        func decode(_ type: Int.Type) throws -> Int { try decoder.whole(type) }
        func decode(_ type: Int8.Type) throws -> Int8 { try decoder.whole(type) }
        func decode(_ type: Int16.Type) throws -> Int16 { try decoder.whole(type) }
        func decode(_ type: Int32.Type) throws -> Int32 { try decoder.whole(type) }
        func decode(_ type: Int64.Type) throws -> Int64 { try decoder.whole(type) }
        func decode(_ type: UInt.Type) throws -> UInt { try decoder.whole(type) }
        func decode(_ type: UInt8.Type) throws -> UInt8 { try decoder.whole(type) }
        func decode(_ type: UInt16.Type) throws -> UInt16 { try decoder.whole(type) }
        func decode(_ type: UInt32.Type) throws -> UInt32 { try decoder.whole(type) }
        func decode(_ type: UInt64.Type) throws -> UInt64 { try decoder.whole(type) }
        func decode<T: Decodable>(_ type: T.Type) throws -> T { try decoder.decode(type) }
    }

    private struct Members<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let members: [String: JSONValue]
        let limits: Limits
        var codingPath: [any CodingKey] { [] }
        var allKeys: [Key] { members.keys.compactMap { Key(stringValue: $0) } }

        func contains(_ key: Key) -> Bool { members[key.stringValue] != nil }
        func decodeNil(forKey key: Key) throws -> Bool { try decoder(key).value == .null }
        func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try decoder(key).decode(type) }
        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) throws -> KeyedDecodingContainer<Nested> { try decoder(key).container(keyedBy: type) }
        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
            try decoder(key).unkeyedContainer()
        }
        func superDecoder() throws -> any Decoder { try superDecoder(forName: "super") }
        func superDecoder(forKey key: Key) throws -> any Decoder { try superDecoder(forName: key.stringValue) }

        private func superDecoder(forName name: String) throws -> any Decoder {
            JSONTreeDecoder(members[name] ?? .null, limits)
        }

        private func decoder(_ key: Key) throws -> JSONTreeDecoder {
            guard let value = members[key.stringValue] else {
                throw DecodingError.keyNotFound(key, .init(codingPath: [], debugDescription: "a missing member"))
            }
            return JSONTreeDecoder(value, limits)
        }
    }

    private struct Items: UnkeyedDecodingContainer {
        let items: [JSONValue]
        let limits: Limits
        var currentIndex = 0
        var codingPath: [any CodingKey] { [] }
        var count: Int? { items.count }
        var isAtEnd: Bool { currentIndex >= items.count }

        init(items: [JSONValue], limits: Limits) { (self.items, self.limits) = (items, limits) }

        mutating func decodeNil() throws -> Bool {
            guard try next().value == .null else { return false }
            currentIndex += 1
            return true
        }
        mutating func decode<T: Decodable>(_ type: T.Type) throws -> T { try take { try $0.decode(type) } }
        mutating func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type
        ) throws -> KeyedDecodingContainer<Nested> { try take { try $0.container(keyedBy: type) } }
        mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
            try take { try $0.unkeyedContainer() }
        }
        mutating func superDecoder() throws -> any Decoder { try take { $0 } }

        private func next() throws -> JSONTreeDecoder {
            guard !isAtEnd else {
                throw DecodingError.valueNotFound(
                    JSONValue.self, .init(codingPath: [], debugDescription: "no further item"))
            }
            return JSONTreeDecoder(items[currentIndex], limits)
        }

        private mutating func take<T>(_ read: (JSONTreeDecoder) throws -> T) throws -> T {
            let value = try read(next())
            currentIndex += 1
            return value
        }
    }
}
