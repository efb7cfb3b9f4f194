/// One line of a container's log, or a piece of one that is too long.
public struct EngineLogLine: Sendable, Hashable {
    /// Which output it was printed to.
    public enum Stream: Sendable, Hashable, CaseIterable {
        /// Standard output, and everything where the container has a terminal.
        case stdout
        /// Standard error.
        case stderr
    }

    /// Which output it was printed to.
    public var stream: Stream
    /// When the engine took the beginning of the line; nil where it did not say.
    public var time: EngineTime?
    /// The text without the line break, at most 64 KiB; what is not UTF-8 is replaced.
    public var text: String
    /// Whether the line goes on in the next value of the same stream.
    public var continues: Bool

    /// A line from its parts.
    public init(stream: Stream, time: EngineTime?, text: String, continues: Bool = false) {
        self.stream = stream
        self.time = time
        self.text = text
        self.continues = continues
    }
}
