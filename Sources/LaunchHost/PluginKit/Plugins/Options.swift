/// The decoded block of a plugin: every value is checked against its field, and defaults are filled in.
///
/// The typed getters return nil only if the field is optional, has no default and is absent.
public struct Options: Sendable {
    /// The decoded values by field name.
    public let values: [String: JSONValue]

    /// Creates options from values that are already checked.
    public init(_ values: [String: JSONValue] = [:]) {
        self.values = values
    }

    /// Text of a `.string` or `.choice` field.
    public func string(_ name: String) -> String? { values[name]?.stringValue }
    /// A `.secret` field's text.
    public func secret(_ name: String) -> Secret? { values[name]?.stringValue.map { Secret($0) } }
    /// The value of a `.boolean` field; false if it is absent.
    public func flag(_ name: String) -> Bool { values[name]?.boolValue ?? false }
    /// A whole number of an `.integer` or `.bytes` field.
    public func integer(_ name: String) -> Int64? { values[name]?.integerValue }
    /// A number of a `.number` field.
    public func number(_ name: String) -> Double? { values[name]?.doubleValue }
    /// A `.duration` field.
    public func duration(_ name: String) -> Duration? { values[name]?.doubleValue.map { .seconds($0) } }
    /// A list of text.
    public func strings(_ name: String) -> [String]? { values[name]?.arrayValue?.compactMap(\.stringValue) }
    /// A map of text.
    public func stringMap(_ name: String) -> [String: String]? {
        values[name]?.objectValue?.compactMapValues(\.stringValue)
    }
}
