import LaunchConcurrency
import Synchronization

/// One request in progress, as the calling task sees it. `RunningTransfer` has the state that only the loop may use.
final class Transfer: Sendable {
    /// The receiver of the response.
    enum Receiver: Sendable {
        case whole(SingleValueFuture<Result<HTTPResponse, HTTPError>>, limit: Int)
        case stream(SingleValueFuture<Result<ResponseHead, HTTPError>>, BodyBuffer)
    }

    let request: HTTPRequest
    let target: Target
    let receiver: Receiver
    let asked = ContinuousClock.now
    private let loop: TransferLoop
    private let cancelled = Atomic(false)

    /// Validates the request as far as possible without sending it.
    init(_ request: HTTPRequest, loop: TransferLoop, receiver: Receiver) throws(HTTPError) {
        target = try Target(request)
        try RequestHeaders.check(request.headers, host: target.host)
        var request = request
        request.body = try request.body.measured()
        self.request = request
        self.loop = loop
        self.receiver = receiver
    }

    /// Whether the request was cancelled. True immediately, even before the loop processes the cancellation.
    var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

    /// Ends the transfer. Has no effect after its end.
    func cancel() {
        // The flag is set before the command is queued, because a cancellation may overtake the start.
        guard !cancelled.exchange(true, ordering: .acquiringAndReleasing) else { return }
        loop.post(.cancel(self))
    }

    /// Informs the loop that there is room, or that there are bytes to send.
    func resume() {
        loop.post(.resume(self))
    }

    /// Passes the error to the receiver. Only the first end of a transfer counts.
    func fail(_ error: HTTPError) {
        switch receiver {
        case .whole(let future, _):
            future.set(.failure(error))
        case .stream(let future, let buffer):
            future.set(.failure(error))
            buffer.finish(.failure(error))
        }
    }
}
