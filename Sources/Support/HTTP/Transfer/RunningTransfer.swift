import FoundationEssentials
import LaunchConcurrency

/// One transfer, used on the loop's thread only. Implements libcurl's callbacks and passes results to the receiver.
final class RunningTransfer {
    let transfer: Transfer
    let easy: CurlEasy
    private(set) var lastActivity = ContinuousClock.now
    /// Whether the transfer is paused. Silence is then caused by the reader or the producer.
    var isPaused = false
    /// The body bytes of the current window, for requests with `leastProgress`.
    private(set) var window = SpeedWindow()
    private var progress = HeadProgress()
    /// The head of the final response, or of a redirect that libcurl follows.
    private var head: ResponseHead?
    private var body = Data()
    private var upload: UploadSource?
    /// Whether libcurl pauses because the producer has no bytes yet.
    private var uploadWaits = false
    private var headDelivered = false
    /// Whether the head of the response is complete.
    private(set) var hasHead = false
    /// Why one of our callbacks ended the transfer. It replaces libcurl's description.
    private(set) var failure: HTTPError?

    init(_ transfer: Transfer, easy: CurlEasy) {
        self.transfer = transfer
        self.easy = easy
    }

    /// Adds the transfer to libcurl. Returns the error code if that fails.
    func start(on multi: CurlMulti, _ configuration: HTTPClient.Configuration) -> CurlCode? {
        let transfer = transfer
        upload = UploadSource.open(transfer.request.body) { transfer.resume() }
        let code = easy.prepare(for: self, configuration)
        guard code == .ok else { return code }
        return multi.add(self) ? nil : .outOfMemory
    }

    /// Removes the transfer from libcurl and resets the handle for the next one.
    func end(on multi: CurlMulti) {
        multi.remove(self)
        upload?.close()
        easy.reset()
    }

    func touched() {
        lastActivity = ContinuousClock.now
    }

    func restartWindow() { window = SpeedWindow() }

    func succeed() {
        guard let head else {
            let message = "the server sent no complete head"
            return fail(
                HTTPError(.protocolError, message, host: transfer.target.host, requestMayHaveReachedServer: true))
        }
        switch transfer.receiver {
        case .whole(let future, _):
            future.set(.success(HTTPResponse(status: head.status, headers: head.headers, body: body)))
        case .stream(let future, let buffer):
            future.set(.success(head))
            buffer.finish(.success(()))
        }
    }

    func fail(_ error: HTTPError) {
        transfer.fail(error)
    }

    // MARK: Callbacks of libcurl

    /// Takes one line of a head. False ends the transfer.
    func take(headLine: UnsafeRawBufferPointer) -> Bool {
        touched()
        switch progress.take(headLine) {
        case .begins: head = nil
        case .more: break
        case .ends: head = easy.head()
        case .refused: return refuse(.protocolError, "the head of the answer is too large")
        }
        if !hasHead, head != nil {
            hasHead = true
            restartWindow()
        }
        deliverHead(bodyHasCome: false)
        // libcurl would wait without end for a paused upload to continue, although the server does not want the rest.
        if uploadWaits, isRefused {
            uploadWaits = false
            transfer.resume()
        }
        return true
    }

    enum Answer {
        case taken, pause, refuse
    }

    /// Takes a piece of the body.
    func take(body bytes: UnsafeRawBufferPointer) -> Answer {
        touched()
        window.bytes += bytes.count
        deliverHead(bodyHasCome: true)
        switch transfer.receiver {
        case .whole(_, let limit):
            guard bytes.count <= limit - body.count else {
                _ = refuse(.tooLarge, "the answer has more than the \(limit) bytes allowed")
                return .refuse
            }
            body.append(contentsOf: bytes)
            return .taken
        case .stream(_, let buffer):
            isPaused = !buffer.append(bytes)
            // From here on, the reader limits the speed.
            if isPaused { window = SpeedWindow() }
            return isPaused ? .pause : .taken
        }
    }

    /// The next bytes of the request's body.
    func nextUpload(_ count: Int) -> UploadChannel.Step {
        touched()
        // Only reached if the response also closes the connection; otherwise libcurl stops sending by itself.
        guard !isRefused else { return .end }
        switch upload {
        case .none:
            return .end
        case .bytes(let bytes, let position):
            guard position < bytes.count else { return .end }
            let part = bytes[position..<min(bytes.count, position + count)]
            upload = .bytes(bytes, position: part.endIndex)
            return .bytes(part)
        case .channel(let channel, _):
            let step = channel.take(count)
            switch step {
            case .failed(let error):
                failure = HTTPError(
                    error.code, error.message, host: transfer.target.host, requestMayHaveReachedServer: true)
            case .wait:
                isPaused = true
                uploadWaits = true
            case .bytes, .end: break
            }
            return step
        }
    }

    /// Restarts the request's body, because libcurl wants to send it again: after a redirect, or if a kept connection
    /// was closed. A POST or PATCH is never repeated, because the first one may have had an effect.
    func rewindUpload() -> Bool {
        guard transfer.request.method != .post, transfer.request.method != .patch else { return false }
        switch upload {
        case .none:
            return true
        case .bytes(let bytes, _):
            upload = .bytes(bytes, position: 0)
            return true
        case .channel:
            guard case .file = transfer.request.body else { return false }
            upload?.close()
            let transfer = transfer
            upload = UploadSource.open(transfer.request.body) { transfer.resume() }
            return true
        }
    }

    /// Whether the final status is not a success. It may arrive before the request's body is sent.
    private var isRefused: Bool { (head?.status ?? 0) >= 300 }

    private func refuse(_ code: HTTPError.Code, _ message: String) -> Bool {
        failure = HTTPError(code, message, host: transfer.target.host, requestMayHaveReachedServer: true)
        return false
    }

    private func deliverHead(bodyHasCome: Bool) {
        guard !headDelivered, case .stream(let future, _) = transfer.receiver, let head else { return }
        // A redirect that libcurl follows also delivers a complete head; its body is not delivered.
        let mayBeFollowed =
            easy.followsRedirects && (300..<400).contains(head.status) && head.headers["Location"] != nil
        guard bodyHasCome || !mayBeFollowed else { return }
        headDelivered = true
        future.set(.success(head))
    }
}
