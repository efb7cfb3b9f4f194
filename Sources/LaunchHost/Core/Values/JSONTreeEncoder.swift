internal import FoundationEssentials

/// Encodes a value as a `JSONValue`, whose text `JSONText` writes.
///
/// It gives exactly what Foundation's encoder gives, or an error: for values that Foundation writes in its own way, such as
/// dates. Foundation's encoder then decides.
struct JSONTreeEncoder: Encoder {
    /// The value needs Foundation's encoder.
    struct Unsupported: Error {}

    /// The place of one value, while it is encoded.
    final class Node {
        fileprivate enum Content {
            case none, leaf(JSONValue), items([Node]), members([String: Node])
        }

        fileprivate var content = Content.none

        fileprivate init(_ content: Content = .none) { self.content = content }

        /// The value; an encoded type without members is an empty mapping.
        fileprivate func value() -> JSONValue {
            switch content {
            case .none: .object([:])
            case .leaf(let value): value
            case .items(let nodes): .array(nodes.map { $0.value() })
            case .members(let nodes): .object(nodes.mapValues { $0.value() })
            }
        }

        fileprivate func set(_ node: Node, for name: String) {
            guard case .members(var members) = content else { return content = .members([name: node]) }
            content = .none
            members[name] = node
            content = .members(members)
        }

        fileprivate func append(_ node: Node) {
            guard case .items(var items) = content else { return content = .items([node]) }
            content = .none
            items.append(node)
            content = .items(items)
        }

        fileprivate var count: Int { if case .items(let items) = content { items.count } else { 0 } }
    }

    private let node: Node

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    fileprivate init(_ node: Node) { self.node = node }

    /// The tree of a value.
    static func tree(of value: some Encodable) throws -> JSONValue {
        let node = try node(of: value)
        // Foundation refuses a value that encodes nothing.
        if case .none = node.content { throw Unsupported() }
        return node.value()
    }

    fileprivate static func node<T: Encodable>(of value: T) throws -> Node {
        if T.self == JSONValue.self, let value = value as? JSONValue { return Node(.leaf(value)) }
        if T.self == String.self, let value = value as? String { return Node(.leaf(.string(value))) }
        if T.self == Date.self || T.self == Data.self || T.self == URL.self || T.self == Decimal.self {
            throw Unsupported()
        }
        let node = Node()
        try value.encode(to: JSONTreeEncoder(node))
        return node
    }

    fileprivate static func leaf(_ whole: some BinaryInteger) throws -> Node {
        guard let whole = Int64(exactly: whole) else { throw Unsupported() }
        return Node(.leaf(.integer(whole)))
    }

    fileprivate static func leaf(_ number: Double) throws -> Node {
        guard number.isFinite, number != 0 || number.sign == .plus else { throw Unsupported() }
        if let whole = Int64(exactly: number) {
            // Foundation writes a whole number without a fraction, and a large one with an exponent.
            guard number.magnitude < 0x1p53 else { throw Unsupported() }
            return Node(.leaf(.integer(whole)))
        }
        return Node(.leaf(.number(number)))
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        if case .none = node.content { node.content = .members([:]) }
        return KeyedEncodingContainer(Members<Key>(node: node))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        if case .none = node.content { node.content = .items([]) }
        return Items(node: node)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { Single(node: node) }

    private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
        let node: Node
        var codingPath: [any CodingKey] { [] }

        func encodeNil(forKey key: Key) { node.set(Node(.leaf(.null)), for: key.stringValue) }
        func encode(_ value: Bool, forKey key: Key) { node.set(Node(.leaf(.bool(value))), for: key.stringValue) }
        func encode(_ value: String, forKey key: Key) { node.set(Node(.leaf(.string(value))), for: key.stringValue) }
        func encode(_ value: Double, forKey key: Key) throws { node.set(try leaf(value), for: key.stringValue) }
        func encode(_ value: Float, forKey key: Key) throws { throw Unsupported() }
        func encode(_ value: Int, forKey key: Key) throws { node.set(try leaf(value), for: key.stringValue) }
        func encode(_ value: Int64, forKey key: Key) throws { node.set(try leaf(value), for: key.stringValue) }
        func encode(_ value: some Encodable, forKey key: Key) throws {
            node.set(try JSONTreeEncoder.node(of: value), for: key.stringValue)
        }
        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) -> KeyedEncodingContainer<Nested> { nested(key.stringValue).container(keyedBy: type) }
        func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
            nested(key.stringValue).unkeyedContainer()
        }
        func superEncoder() -> any Encoder { nested("super") }
        func superEncoder(forKey key: Key) -> any Encoder { nested(key.stringValue) }

        private func nested(_ name: String) -> JSONTreeEncoder {
            let child = Node()
            node.set(child, for: name)
            return JSONTreeEncoder(child)
        }
    }

    private struct Items: UnkeyedEncodingContainer {
        let node: Node
        var codingPath: [any CodingKey] { [] }
        var count: Int { node.count }

        func encodeNil() { node.append(Node(.leaf(.null))) }
        func encode(_ value: some Encodable) throws { node.append(try JSONTreeEncoder.node(of: value)) }
        func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
            nested().container(keyedBy: type)
        }
        func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { nested().unkeyedContainer() }
        func superEncoder() -> any Encoder { nested() }

        private func nested() -> JSONTreeEncoder {
            let child = Node()
            node.append(child)
            return JSONTreeEncoder(child)
        }
    }

    private struct Single: SingleValueEncodingContainer {
        let node: Node
        var codingPath: [any CodingKey] { [] }

        func encodeNil() { node.content = .leaf(.null) }
        func encode(_ value: Bool) { node.content = .leaf(.bool(value)) }
        func encode(_ value: String) { node.content = .leaf(.string(value)) }
        func encode(_ value: Double) throws { node.content = try leaf(value).content }
        func encode(_ value: Float) throws { throw Unsupported() }
        func encode(_ value: Int) throws { node.content = try leaf(value).content }
        func encode(_ value: Int8) throws { node.content = try leaf(value).content }
        func encode(_ value: Int16) throws { node.content = try leaf(value).content }
        func encode(_ value: Int32) throws { node.content = try leaf(value).content }
        func encode(_ value: Int64) throws { node.content = try leaf(value).content }
        func encode(_ value: UInt) throws { node.content = try leaf(value).content }
        func encode(_ value: UInt8) throws { node.content = try leaf(value).content }
        func encode(_ value: UInt16) throws { node.content = try leaf(value).content }
        func encode(_ value: UInt32) throws { node.content = try leaf(value).content }
        func encode(_ value: UInt64) throws { node.content = try leaf(value).content }
        func encode(_ value: some Encodable) throws { node.content = try JSONTreeEncoder.node(of: value).content }
    }
}
