/// Why there is no endpoint: a setting is wrong, or two do not go together.
public struct EndpointError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was found and what was expected.
    public let message: String
    /// What to do.
    public let hint: String?

    init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }

    /// Both.
    public var description: String { hint.map { "\(message); \($0)" } ?? message }
}
