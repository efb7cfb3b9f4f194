internal import LaunchHTTP

/// The bytes of an object as they arrive. The transfer pauses while no consumer reads.
public struct S3Body: AsyncSequence, Sendable {
    /// One chunk, never empty, of at most about 300 KiB.
    public typealias Element = [UInt8]
    /// The error type of the iterator.
    public typealias Failure = AWSError

    /// The entity tag, which changes with the content, including its quotes.
    public let etag: String
    /// The number of bytes to come; nil if S3 does not report it.
    public let length: Int64?
    private let stream: HTTPStream

    init(_ stream: HTTPStream) {
        self.stream = stream
        etag = stream.headers["ETag"] ?? ""
        length = stream.headers["Content-Length"].flatMap { Int64($0) }
    }

    /// True if these are the bytes of that range: a server may ignore the requested range.
    func covers(_ range: Range<Int64>) -> Bool {
        guard stream.status == 206, length == Int64(range.count) else { return false }
        return stream.headers["Content-Range"]?.hasPrefix("bytes \(range.lowerBound)-\(range.upperBound - 1)/") ?? false
    }

    /// Cancels the transfer.
    public func cancel() {
        stream.cancel()
    }

    /// The iterator. The bytes can be read once.
    public func makeAsyncIterator() -> Iterator {
        Iterator(chunks: stream.body.makeAsyncIterator())
    }

    /// Reads the chunks.
    public struct Iterator: AsyncIteratorProtocol {
        var chunks: HTTPStream.Body.Iterator

        /// The next chunk, or nil at the end. Throws the error that ended the transfer.
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
