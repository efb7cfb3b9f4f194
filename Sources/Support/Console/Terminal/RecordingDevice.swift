internal import Synchronization

/// A device that records the written text, for tests.
public final class RecordingDevice: TerminalDevice {
    private struct Record {
        var writes: [(stream: StandardStream, text: String)] = []
        var failure: OutputError?
    }

    private let record = Mutex(Record())
    private let outputIsTTY: Bool
    private let errorIsTTY: Bool
    private let answers: Mutex<[String]>
    /// Whether it was given lines to type.
    public let hasKeyboard: Bool
    /// The simulated number of columns; nil if neither stream is a terminal.
    public let columns: Int?

    /// A device whose streams are terminals, or are not. `typing` are the lines that a user types; nil for
    /// a device without a keyboard.
    public init(outputIsTTY: Bool = false, errorIsTTY: Bool = false, columns: Int = 80, typing: [String]? = nil) {
        answers = Mutex(typing ?? [])
        hasKeyboard = typing != nil
        self.outputIsTTY = outputIsTTY
        self.errorIsTTY = errorIsTTY
        self.columns = outputIsTTY || errorIsTTY ? columns : nil
    }

    /// Everything written to standard output.
    public var output: String { text(of: .output) }

    /// Everything written to standard error, with the control characters of a live line.
    public var errors: String { text(of: .error) }

    /// Makes all further writes to standard output fail.
    public func failOutput(with error: OutputError) {
        record.withLock { $0.failure = error }
    }

    /// Records the text.
    public func write(_ text: String, to stream: StandardStream) throws(OutputError) {
        let failure = record.withLock { record -> OutputError? in
            if stream == .output, let failure = record.failure { return failure }
            record.writes.append((stream, text))
            return nil
        }
        if let failure { throw failure }
    }

    /// The next line of those that it was given.
    public func readLine() -> String? { answers.withLock { $0.isEmpty ? nil : $0.removeFirst() } }

    /// The value given to the initializer.
    public func isTTY(_ stream: StandardStream) -> Bool {
        stream == .output ? outputIsTTY : errorIsTTY
    }

    private func text(of stream: StandardStream) -> String {
        record.withLock { record in
            record.writes.filter { $0.stream == stream }.map(\.text).joined()
        }
    }
}
