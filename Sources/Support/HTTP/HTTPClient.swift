import LaunchConcurrency

/// The HTTP client of the program: libcurl on its own thread, with connections that are kept and reused.
///
/// It speaks HTTP/1.1 over TCP, TLS and unix sockets. Cancelling the calling task ends the transfer at once.
public final class HTTPClient: Sendable {
    private let loop: TransferLoop

    /// Starts a client. Its thread ends with `shutdown()`, or when the client and all its streams are released.
    public init(configuration: Configuration = .init()) {
        loop = TransferLoop(configuration)
    }

    deinit {
        loop.stop()
    }

    /// Sends a request and returns the whole response, with any status.
    ///
    /// Throws `tooLarge` as soon as the body is larger than `request.maxBodyBytes`.
    public func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let future = SingleValueFuture<Result<HTTPResponse, HTTPError>>()
        let transfer = try Transfer(request, loop: loop, receiver: .whole(future, limit: request.maxBodyBytes))
        return try await outcome(of: transfer, future).get()
    }

    /// Sends a request and returns as soon as the head of the response is complete. The body is read from the stream.
    /// If the caller does not read, the client stops receiving.
    public func stream(_ request: HTTPRequest) async throws(HTTPError) -> HTTPStream {
        let future = SingleValueFuture<Result<ResponseHead, HTTPError>>()
        let buffer = BodyBuffer()
        let transfer = try Transfer(request, loop: loop, receiver: .stream(future, buffer))
        let head = try await outcome(of: transfer, future).get()
        return HTTPStream(head: head, body: .init(client: self, transfer: transfer, buffer: buffer))
    }

    /// Ends all transfers with `cancelled` and stops the thread. Later requests fail with the same code.
    public func shutdown() {
        loop.stop()
    }

    private func outcome<Value>(
        of transfer: Transfer, _ future: SingleValueFuture<Result<Value, HTTPError>>
    ) async -> Result<Value, HTTPError> {
        await withTaskCancellationHandler {
            loop.start(transfer)
            return await future.value
        } onCancel: {
            transfer.cancel()
        }
    }
}
