/// One line of a container's log, or a part of a line that is too long.
public struct EngineLogLine: Sendable, Hashable {
    /// The output that the line was printed to.
    public enum Stream: Sendable, Hashable, CaseIterable {
        /// Standard output. With a terminal, all output.
        case stdout
        /// Standard error.
        case stderr
    }

    public var stream: Stream
    /// When the engine received the beginning of the line; nil if unknown.
    public var time: EngineTime?
    /// The text without the line break, at most 64 KiB. Invalid UTF-8 is replaced.
    public var text: String
    /// Whether the line continues in the next value of the same stream.
    public var continues: Bool

    public init(stream: Stream, time: EngineTime?, text: String, continues: Bool = false) {
        self.stream = stream
        self.time = time
        self.text = text
        self.continues = continues
    }
}
