/// Why an endpoint cannot be determined: a wrong setting, or two settings that cannot be combined.
public struct EndpointError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was found and what was expected.
    public let message: String
    /// What the user can do.
    public let hint: String?

    init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }

    /// The message and the hint.
    public var description: String { hint.map { "\(message); \($0)" } ?? message }
}
