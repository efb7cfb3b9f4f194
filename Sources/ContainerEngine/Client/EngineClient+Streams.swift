internal import FoundationEssentials
internal import HTTP

extension EngineClient {
    /// A container's log, both outputs, from `since` (inclusive) on; with `follow` to the container's end.
    ///
    /// `framed` is false for a container with a terminal. A followed log may end before the container's last lines: engines
    /// do so when a container prints much right before its end. Whoever needs all reads on without `follow` then.
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

    /// A file or folder of a container as a tar archive, also when the container has ended.
    /// - Throws: `notFound` where there is no such container or path.
    public func archive(of id: String, path inside: String) async throws(EngineError) -> EngineBytes {
        try await archive(of: id, pathBytes: Array(inside.utf8))
    }

    /// The same for a path that need not be UTF-8.
    public func archive(of id: String, pathBytes inside: [UInt8]) async throws(EngineError) -> EngineBytes {
        let path = path(id, "/archive?path=\(URLText.encoded(inside))")
        return EngineBytes(try await streamed(.get, path, idle: Self.readLimit), of: self)
    }

    /// Unpacks a tar archive into a folder of a container that exists, also before its start. `next` gives the archive
    /// chunk by chunk, nil after the last.
    /// - Throws: `notFound` where there is no such container or folder, `denied` where it can only be read.
    public func putArchive(
        into id: String, path inside: String, _ next: @escaping @Sendable () async throws -> [UInt8]?
    ) async throws(EngineError) {
        try await uploaded(
            .put, path(id, "/archive"), query: [("path", inside)],
            body: .producer(next: next), type: "application/x-tar")
    }

    /// What happens from now on to containers that have all of these labels: `name` or `name=value`.
    public func events(labels: [String]) async throws(EngineError) -> EngineEventReader {
        let filters = try Self.encode(["type": ["container"], "label": labels])
        let answer = try await streamed(
            .get, "/events", query: [("filters", String(decoding: filters, as: UTF8.self))])
        return EngineEventReader(EngineBytes(answer, of: self))
    }
}

/// Bytes that the engine sends, pulled chunk by chunk; the engine is held back while nobody reads.
///
/// Dropping the value ends the transfer.
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
    /// - Throws: `interrupted` where the connection broke, `cancelled` with the task.
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

    /// Holds the one iterator; calls come one after the other.
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

/// A container's log, pulled batch by batch.
public struct EngineLogReader: Sendable {
    private let bytes: EngineBytes
    /// The decoder, which knows whether a line is incomplete.
    public private(set) var frames: LogFrames

    init(_ bytes: EngineBytes, frames: LogFrames) {
        self.bytes = bytes
        self.frames = frames
    }

    /// The lines that the next chunk completes, perhaps none; nil at the end of what the engine sends.
    ///
    /// A last line without a break is not among them: `finish` gives it, where the container has ended.
    public mutating func next() async throws(EngineError) -> [EngineLogLine]? {
        guard let chunk = try await bytes.next() else { return nil }
        return try frames.feed(chunk)
    }

    /// What is left of a last line without a break.
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
