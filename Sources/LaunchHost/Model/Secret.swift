/// A text that must not be printed: its description, its reflection and its encoding are a mask.
public struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable,
    Encodable
{
    private let value: String

    /// Hides `value`.
    public init(_ value: String) {
        self.value = value
    }

    /// The secret itself; call it only where it is handed over to the one who needs it.
    public func reveal() -> String { value }

    /// A mask.
    public var description: String { "<secret>" }
    /// A mask.
    public var debugDescription: String { description }
    /// A mirror without children, so that `dump` shows nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// Writes the mask.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
