import Synchronization

/// One request on its way, as the asking task holds it. What only the loop may touch is in `RunningTransfer`.
final class Transfer: Sendable {
    /// Who gets the answer.
    enum Receiver: Sendable {
        case whole(Promise<Result<HTTPResponse, HTTPError>>, limit: Int)
        case stream(Promise<Result<ResponseHead, HTTPError>>, BodyBuffer)
    }

    let request: HTTPRequest
    let target: Target
    let receiver: Receiver
    let asked = ContinuousClock.now
    private let loop: TransferLoop
    private let cancelled = Atomic(false)

    /// Checks the request as far as that is possible without sending it.
    init(_ request: HTTPRequest, loop: TransferLoop, receiver: Receiver) throws(HTTPError) {
        target = try Target(request)
        try RequestHeaders.check(request.headers, host: target.host)
        var request = request
        request.body = try request.body.measured()
        self.request = request
        self.loop = loop
        self.receiver = receiver
    }

    /// Whether somebody gave up waiting; known at once, even before the loop hears of it.
    var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

    /// Ends the transfer. Harmless after its end.
    func cancel() {
        // The flag stands before the command is queued: a cancellation may overtake the start.
        guard !cancelled.exchange(true, ordering: .acquiringAndReleasing) else { return }
        loop.post(.cancel(self))
    }

    /// Tells the loop that there is room, or that there are bytes to send.
    func resume() {
        loop.post(.resume(self))
    }

    /// Tells the receiver how it ended; only the first end counts.
    func fail(_ error: HTTPError) {
        switch receiver {
        case .whole(let promise, _):
            promise.keep(.failure(error))
        case .stream(let promise, let buffer):
            promise.keep(.failure(error))
            buffer.finish(.failure(error))
        }
    }
}
