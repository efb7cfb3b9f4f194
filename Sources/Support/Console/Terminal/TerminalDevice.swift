/// The two streams a command writes to.
public enum StandardStream: Sendable, Equatable {
    /// Standard output: data.
    case output
    /// Standard error: messages for people.
    case error
}

/// The output device of a ``Terminal``.
public protocol TerminalDevice: Sendable {
    /// Writes all of the text.
    func write(_ text: String, to stream: StandardStream) throws(OutputError)
    /// Whether the stream is a terminal.
    func isTTY(_ stream: StandardStream) -> Bool
    /// The current number of columns; nil without a terminal.
    var columns: Int? { get }
    /// The next line that a user types, without its end; nil without a keyboard, and after the end of the input.
    func readLine() -> String?
    /// Whether a user can type.
    var hasKeyboard: Bool { get }
}

extension TerminalDevice {
    /// A device without input.
    public func readLine() -> String? { nil }
    /// A device without input.
    public var hasKeyboard: Bool { false }
}

/// A failed write.
public enum OutputError: Error, Equatable, CustomStringConvertible {
    /// The reader has closed the pipe, as `head` does.
    case closed
    /// The system's reason, such as a full disk.
    case failed(String)

    /// One sentence without a full stop.
    public var description: String {
        switch self {
        case .closed: "the reader has closed the output"
        case .failed(let reason): "cannot write the output: \(reason)"
        }
    }
}
