public import LaunchHost

extension JSONValue: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByStringInterpolation
{
    /// JSON as a test writes it.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements) { $1 })
    }
    /// JSON as a test writes it.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// JSON as a test writes it.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// JSON as a test writes it.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// JSON as a test writes it.
    public init(stringLiteral value: String) { self = .string(value) }
}
