internal import HTTP

/// The bytes of an object while they come; the server is held back while nobody reads.
public struct S3Body: AsyncSequence, Sendable {
    /// One chunk, never empty, of at most about 300 KiB.
    public typealias Element = [UInt8]
    /// What the iterator throws.
    public typealias Failure = AWSError

    /// What changes with the content, quotes included.
    public let etag: String
    /// The bytes to come; nil where S3 does not say.
    public let length: Int64?
    private let stream: HTTPStream

    init(_ stream: HTTPStream) {
        self.stream = stream
        etag = stream.headers["ETag"] ?? ""
        length = stream.headers["Content-Length"].flatMap { Int64($0) }
    }

    /// Whether these are the bytes of that range: a server may ignore that only a part was asked for.
    func covers(_ range: Range<Int64>) -> Bool {
        guard stream.status == 206, length == Int64(range.count) else { return false }
        return stream.headers["Content-Range"]?.hasPrefix("bytes \(range.lowerBound)-\(range.upperBound - 1)/") ?? false
    }

    /// Ends the transfer.
    public func cancel() {
        stream.cancel()
    }

    /// The iterator; the bytes come once.
    public func makeAsyncIterator() -> Iterator {
        Iterator(chunks: stream.body.makeAsyncIterator())
    }

    /// Reads the chunks.
    public struct Iterator: AsyncIteratorProtocol {
        var chunks: HTTPStream.Body.Iterator

        /// The next chunk, or nil at the end; throws what ended the transfer.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(AWSError) -> [UInt8]? {
            do throws(HTTPError) {
                return try await chunks.next(isolation: actor)
            } catch {
                var error = WireError.error(error)
                error.service = "S3"
                error.operation = "GetObject"
                throw error
            }
        }
    }
}
