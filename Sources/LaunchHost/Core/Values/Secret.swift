/// A text that is never printed: its description, its reflection and its encoding are a mask.
public struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable,
    Encodable
{
    private let value: String

    /// Hides `value`, and masks it in everything that this process prints or stores.
    public init(_ value: String) {
        self.value = value
        SecretMask.shared.add(value)
    }

    /// Hides a value without masking it in other text, because ordinary text contains parts of it: a document around a
    /// key, a URL, a setting that may be a key.
    public init(unmasked value: String) {
        self.value = value
    }

    /// The plain text of the secret. Call it only at the point where the text is used.
    public func reveal() -> String { value }

    /// A mask.
    public var description: String { SecretMask.mark }
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
