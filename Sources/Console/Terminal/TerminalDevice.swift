/// The two streams a command writes to.
public enum StandardStream: Sendable, Equatable {
    /// Standard output: data.
    case output
    /// Standard error: everything said to a human.
    case error
}

/// What a ``Terminal`` writes through.
public protocol TerminalDevice: Sendable {
    /// Writes all of the text.
    func write(_ text: String, to stream: StandardStream) throws(OutputError)
    /// Whether the stream is a terminal.
    func isTTY(_ stream: StandardStream) -> Bool
    /// Columns of the terminal at this moment, nil where there is none.
    var columns: Int? { get }
}

/// Writing failed.
public enum OutputError: Error, Equatable, CustomStringConvertible {
    /// The reader has gone, as `head` does when it has seen enough.
    case closed
    /// The system's reason, such as a full disk.
    case failed(String)

    /// One sentence without a full stop.
    public var description: String {
        switch self {
        case .closed: "the reader of the output has gone"
        case .failed(let reason): "cannot write the output: \(reason)"
        }
    }
}
