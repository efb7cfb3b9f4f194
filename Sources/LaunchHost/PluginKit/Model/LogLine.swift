public import FoundationEssentials

/// One line that a run printed.
public struct LogLine: Sendable, Hashable {
    /// The output of the container that the line was printed to.
    public enum Stream: String, Sendable, Codable {
        /// Standard output.
        case stdout
        /// Standard error.
        case stderr
    }

    /// When the backend received it.
    public var time: Date?
    /// The output that the line was printed to; nil if the backend joins both.
    public var stream: Stream?
    /// The host that printed the line, if the run has several, e.g. `algo-2`.
    public var host: String?
    /// The text without the line break. Bytes that are not UTF-8 are replaced.
    public var text: String
    /// Whether the next value continues this line: lines over 64 KiB are split to limit memory.
    public var continues: Bool
    /// The position after this line, from which reading can continue.
    public var cursor: LogCursor

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

    /// Writes the time with milliseconds; otherwise the lines of one second would have equal times.
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

/// A position in a run's log, in the format of the runner that created it. Reading from it returns the lines after it.
public struct LogCursor: Sendable, Hashable, Codable, RawRepresentable {
    /// The position in the runner's format.
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// The log of a run, in batches of lines. The reader pulls the batches, so a slow reader slows the backend down.
public struct LogStream: AsyncSequence, Sendable {
    /// A batch: at least one line, in order.
    public typealias Element = [LogLine]
    public typealias Failure = BackendError

    private let begin: @Sendable () -> AsyncIterator

    /// A stream that calls `next` for each batch until it returns nil. `begin` is called once per iteration.
    public init(_ begin: @escaping @Sendable () -> (@Sendable () async throws(BackendError) -> [LogLine]?)) {
        self.begin = { AsyncIterator(pull: begin()) }
    }

    /// Starts reading.
    public func makeAsyncIterator() -> AsyncIterator { begin() }

    /// Reads one batch after another.
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
