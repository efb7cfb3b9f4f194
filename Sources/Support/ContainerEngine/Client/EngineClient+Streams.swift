internal import FoundationEssentials
internal import LaunchHTTP

extension EngineClient {
    /// The log of a container, both outputs, from `since` (inclusive); with `follow` until the container ends.
    ///
    /// `framed` is false for a container with a terminal. A followed log may miss the last lines: engines end it early
    /// if a container prints much right before its end. To get all lines, read the rest without `follow`.
    public func logs(
        of id: String, framed: Bool, since: EngineTime? = nil, follow: Bool = false
    ) async throws(EngineError) -> EngineLogReader {
        let answer = try await streamed(
            .get, path(id, "/logs"),
            query: [
                ("stdout", "1"), ("stderr", "1"), ("timestamps", "1"), ("follow", follow ? "1" : "0"),
                ("since", since?.description),
            ], idle: follow ? nil : Self.readLimit)
        return EngineLogReader(EngineBytes(answer, of: self), frames: LogFrames(framed: framed))
    }

    /// A file or folder of a container as a tar archive. The container may have ended.
    /// - Throws: `notFound` if the container or the path does not exist.
    public func archive(of id: String, path inside: String) async throws(EngineError) -> EngineBytes {
        try await archive(of: id, pathBytes: Array(inside.utf8))
    }

    /// The same for a path that may not be UTF-8.
    public func archive(of id: String, pathBytes inside: [UInt8]) async throws(EngineError) -> EngineBytes {
        let path = path(id, "/archive?path=\(URLText.encoded(inside))")
        return EngineBytes(try await streamed(.get, path, idle: Self.readLimit), of: self)
    }

    /// Unpacks a tar archive into an existing folder of a container, which may not have started yet. `next` returns the
    /// archive in chunks, and nil at the end.
    /// - Throws: `notFound` if the container or the folder does not exist, `denied` if it is read-only.
    public func putArchive(
        into id: String, path inside: String, _ next: @escaping @Sendable () async throws -> [UInt8]?
    ) async throws(EngineError) {
        try await uploaded(
            .put, path(id, "/archive"), query: [("path", inside)],
            body: .producer(next: next), type: "application/x-tar")
    }

    /// The events, from now on, of containers that have all of these labels: `name` or `name=value`.
    public func events(labels: [String]) async throws(EngineError) -> EngineEventReader {
        let filters = try Self.encode(["type": ["container"], "label": labels])
        let answer = try await streamed(
            .get, "/events", query: [("filters", String(decoding: filters, as: UTF8.self))])
        return EngineEventReader(EngineBytes(answer, of: self))
    }
}

/// Bytes that the engine sends, pulled in chunks. Without a reader, the transfer pauses.
///
/// Releasing the value ends the transfer.
public struct EngineBytes: Sendable {
    private let client: EngineClient
    private let stream: HTTPStream
    private let iterator: BodyIterator

    init(_ stream: HTTPStream, of client: EngineClient) {
        self.client = client
        self.stream = stream
        iterator = BodyIterator(stream.body)
    }

    /// The next chunk, never empty; nil at the end.
    /// - Throws: `interrupted` if the connection breaks, `cancelled` with the task.
    public func next() async throws(EngineError) -> [UInt8]? {
        do {
            return try await iterator.next()
        } catch {
            throw client.failure(error)
        }
    }

    /// Ends the transfer.
    public func cancel() {
        stream.cancel()
    }

    /// Owns the iterator and serializes its calls.
    private actor BodyIterator {
        private var iterator: HTTPStream.Body.Iterator

        init(_ body: HTTPStream.Body) {
            iterator = body.makeAsyncIterator()
        }

        func next() async throws(HTTPError) -> [UInt8]? {
            var iterator = iterator
            return try await iterator.next(isolation: self)
        }
    }
}

/// The log of a container, pulled in batches.
public struct EngineLogReader: Sendable {
    private let bytes: EngineBytes
    /// The decoder. It shows whether a line is incomplete.
    public private(set) var frames: LogFrames

    init(_ bytes: EngineBytes, frames: LogFrames) {
        self.bytes = bytes
        self.frames = frames
    }

    /// The lines that the next chunk completes, possibly none; nil at the end of the stream.
    ///
    /// A last line without a line break is not included: after the container's end, `finish` returns it.
    public mutating func next() async throws(EngineError) -> [EngineLogLine]? {
        guard let chunk = try await bytes.next() else { return nil }
        return try frames.feed(chunk)
    }

    /// The rest of a last line without a line break.
    public mutating func finish() -> [EngineLogLine] { frames.finish() }
}

/// The events of the engine, pulled one by one.
public struct EngineEventReader: Sendable {
    private let bytes: EngineBytes
    private var lines = JSONLines()

    init(_ bytes: EngineBytes) {
        self.bytes = bytes
    }

    /// The next event; nil when the engine ends the stream.
    public mutating func next() async throws(EngineError) -> EngineEvent? {
        while true {
            if let line = lines.next() {
                return try EngineClient.decode(EngineEvent.self, from: Data(line))
            }
            guard let chunk = try await bytes.next() else { return nil }
            try lines.feed(chunk)
        }
    }
}
