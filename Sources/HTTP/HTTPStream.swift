/// An answer whose body is still on its way.
public struct HTTPStream: Sendable {
    /// The status, 200 for example.
    public let status: Int
    /// The header fields.
    public let headers: HTTPHeaders
    /// The body, to be iterated once.
    public let body: Body

    init(head: ResponseHead, body: Body) {
        status = head.status
        headers = head.headers
        self.body = body
    }

    /// Ends the transfer; a reader sees `cancelled`. Harmless after the end.
    public func cancel() {
        body.lease.cancel()
    }

    /// The bytes of a body in chunks of at most about 300 KiB.
    ///
    /// About 256 KiB are kept for a slow reader; then the server is held back. Dropping the iterator, or the stream
    /// before there is one, ends the transfer.
    public struct Body: AsyncSequence, Sendable {
        /// One chunk, never empty.
        public typealias Element = [UInt8]
        /// What the iterator throws.
        public typealias Failure = HTTPError

        let lease: Lease

        init(client: HTTPClient, transfer: Transfer, buffer: BodyBuffer) {
            lease = Lease(client: client, transfer: transfer, buffer: buffer)
        }

        /// The iterator. A second one would share the bytes with the first.
        public func makeAsyncIterator() -> Iterator {
            Iterator(hold: Hold(lease: lease))
        }

        /// Reads the chunks.
        public struct Iterator: AsyncIteratorProtocol {
            let hold: Hold

            /// The next chunk, or nil at the end; throws how the transfer failed, after the bytes before that.
            public mutating func next(
                isolation actor: isolated (any Actor)?
            ) async throws(HTTPError) -> [UInt8]? {
                let lease = hold.lease
                if Task.isCancelled { lease.cancel() }
                if let ready = lease.buffer.take() { return try lease.accept(ready) }
                let taken = await withTaskCancellationHandler(
                    operation: { await lease.buffer.next(isolation: actor) },
                    onCancel: { lease.cancel() }, isolation: actor)
                return try lease.accept(taken)
            }
        }
    }

    /// Keeps client and transfer while anybody may still read, and ends the transfer when nobody can.
    final class Lease: Sendable {
        let client: HTTPClient
        let transfer: Transfer
        let buffer: BodyBuffer

        init(client: HTTPClient, transfer: Transfer, buffer: BodyBuffer) {
            self.client = client
            self.transfer = transfer
            self.buffer = buffer
        }

        func cancel() {
            transfer.cancel()
        }

        func accept(_ taken: BodyBuffer.Taken) throws(HTTPError) -> [UInt8]? {
            if taken.wasPaused { transfer.resume() }
            return try taken.chunk.get()
        }

        deinit {
            transfer.cancel()
        }
    }

    /// Ends the transfer with the iterator, also while the stream itself is still held.
    final class Hold: Sendable {
        let lease: Lease

        init(lease: Lease) {
            self.lease = lease
        }

        deinit {
            lease.cancel()
        }
    }
}
