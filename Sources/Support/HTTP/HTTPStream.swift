/// A response whose body is still being received.
public struct HTTPStream: Sendable {
    /// The status, for example 200.
    public let status: Int
    /// The header fields.
    public let headers: HTTPHeaders
    /// The body. It can be iterated once.
    public let body: Body

    init(head: ResponseHead, body: Body) {
        status = head.status
        headers = head.headers
        self.body = body
    }

    /// Ends the transfer; a reader gets the error `cancelled`. Has no effect after the end.
    public func cancel() {
        body.lease.cancel()
    }

    /// The bytes of a body in chunks of at most about 300 KiB.
    ///
    /// About 256 KiB are buffered for a slow reader; then the transfer pauses. Releasing the iterator, or the stream
    /// before it has an iterator, ends the transfer.
    public struct Body: AsyncSequence, Sendable {
        /// One chunk, never empty.
        public typealias Element = [UInt8]
        /// The error that the iterator throws.
        public typealias Failure = HTTPError

        let lease: Lease

        init(client: HTTPClient, transfer: Transfer, buffer: BodyBuffer) {
            lease = Lease(client: client, transfer: transfer, buffer: buffer)
        }

        /// The iterator. A second iterator would share the bytes with the first.
        public func makeAsyncIterator() -> Iterator {
            Iterator(hold: Hold(lease: lease))
        }

        public struct Iterator: AsyncIteratorProtocol, Sendable {
            let hold: Hold

            /// The next chunk, or nil at the end. If the transfer failed, throws after all bytes received before the
            /// failure.
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

    /// Keeps client and transfer while they can still be read, and ends the transfer when the last reference is
    /// released.
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

    /// Ends the transfer when the iterator is released, even if the stream still exists.
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
