/// The header fields of a request or a response, in order. Names are compared without regard to case.
public struct HTTPHeaders: Sendable, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    /// The fields in the order in which they are sent or were received.
    public private(set) var fields: [(name: String, value: String)]

    /// Makes headers from fields, in order.
    public init(_ fields: [(name: String, value: String)] = []) {
        self.fields = fields
    }

    /// Makes headers from pairs of name and value.
    public init(arrayLiteral elements: (String, String)...) {
        fields = elements.map { (name: $0.0, value: $0.1) }
    }

    /// Makes headers from `name: value`. The order is kept, and a name may repeat.
    public init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { (name: $0.0, value: $0.1) }
    }

    /// The first value of a name. Setting replaces all values; setting nil removes them.
    public subscript(name: String) -> String? {
        get { fields.first { Self.same($0.name, name) }?.value }
        set {
            fields.removeAll { Self.same($0.name, name) }
            if let newValue { fields.append((name, newValue)) }
        }
    }

    /// All values of a name, in order.
    public func values(_ name: String) -> [String] {
        fields.filter { Self.same($0.name, name) }.map(\.value)
    }

    /// Appends a field, even if the name exists already.
    public mutating func add(_ name: String, _ value: String) {
        fields.append((name, value))
    }

    /// Whether two field names are equal; the case of ASCII letters is ignored.
    static func same(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count
            && zip(left.utf8, right.utf8).allSatisfy { lowercase($0) == lowercase($1) }
    }

    private static func lowercase(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
