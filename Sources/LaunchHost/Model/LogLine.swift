public import FoundationEssentials

/// One line that a run printed.
public struct LogLine: Sendable, Hashable {
    /// Which of its two outputs a container printed to.
    public enum Stream: String, Sendable, Codable {
        /// Standard output.
        case stdout
        /// Standard error.
        case stderr
    }

    /// When the backend received it.
    public var time: Date?
    /// Where it was printed to; nil where the backend joins both.
    public var stream: Stream?
    /// Which host of a run with several printed it, e.g. `algo-2`.
    public var host: String?
    /// The text without the line break. Bytes that are not UTF-8 are replaced.
    public var text: String
    /// Whether the line goes on in the next value: lines over 64 KiB are cut so that memory stays bounded.
    public var continues: Bool
    /// Where to go on after this line.
    public var cursor: LogCursor

    /// A line from its parts.
    public init(
        text: String, cursor: LogCursor, time: Date? = nil, stream: Stream? = nil, host: String? = nil,
        continues: Bool = false
    ) {
        self.time = time
        self.stream = stream
        self.host = host
        self.text = text
        self.continues = continues
        self.cursor = cursor
    }
}

extension LogLine: Codable {
    private enum Key: String, CodingKey {
        case time, stream, host, text, continues, cursor
    }

    /// Reads what `encode` writes.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        self.init(
            text: try container.decode(String.self, forKey: .text),
            cursor: try container.decode(LogCursor.self, forKey: .cursor),
            time: try container.decodeIfPresent(Timestamp.self, forKey: .time)?.date,
            stream: try container.decodeIfPresent(Stream.self, forKey: .stream),
            host: try container.decodeIfPresent(String.self, forKey: .host),
            continues: try container.decode(Bool.self, forKey: .continues))
    }

    /// Writes the time with milliseconds: many lines of one second would have the same time otherwise.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encodeIfPresent(time.map { Timestamp($0) }, forKey: .time)
        try container.encodeIfPresent(stream, forKey: .stream)
        try container.encodeIfPresent(host, forKey: .host)
        try container.encode(text, forKey: .text)
        try container.encode(continues, forKey: .continues)
        try container.encode(cursor, forKey: .cursor)
    }
}

/// A place in a run's log, in the words of the runner that gave it. Reading from it yields what came after.
public struct LogCursor: Sendable, Hashable, Codable, RawRepresentable {
    /// The runner's own text.
    public let rawValue: String
    /// Any text that a runner gave.
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// A run's log as it is read: batches of lines, pulled, so that a slow reader holds the backend back.
public struct LogStream: AsyncSequence, Sendable {
    /// A batch: at least one line, in order.
    public typealias Element = [LogLine]
    /// What reading may throw.
    public typealias Failure = BackendError

    private let begin: @Sendable () -> AsyncIterator

    /// A stream that calls `next` for each batch until it answers nil. `begin` is called once per iteration.
    public init(_ begin: @escaping @Sendable () -> (@Sendable () async throws(BackendError) -> [LogLine]?)) {
        self.begin = { AsyncIterator(pull: begin()) }
    }

    /// Starts reading.
    public func makeAsyncIterator() -> AsyncIterator { begin() }

    /// Reads batch after batch.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let pull: @Sendable () async throws(BackendError) -> [LogLine]?

        /// The next batch, or nil at the end of the log.
        public mutating func next() async throws(BackendError) -> [LogLine]? {
            try await pull()
        }

        /// The next batch, or nil at the end of the log.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(BackendError) -> [LogLine]? {
            try await pull()
        }
    }
}
