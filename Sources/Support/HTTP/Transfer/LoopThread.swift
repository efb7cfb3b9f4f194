/// The loop's thread: starts transfers, runs libcurl, ends transfers and enforces their time limits.
final class LoopThread {
    private let loop: TransferLoop
    private let multi: CurlMulti
    private let configuration: HTTPClient.Configuration
    private var queue: AdmissionQueue
    private var waiting: [ObjectIdentifier: Transfer] = [:]
    private var running: [ObjectIdentifier: RunningTransfer] = [:]
    private var spare: [CurlEasy] = []
    /// The earliest time at which a limit can expire. Limits are not checked before it.
    private var nextLimit: ContinuousClock.Instant?

    init(loop: TransferLoop, multi: CurlMulti, configuration: HTTPClient.Configuration) {
        self.loop = loop
        self.multi = multi
        self.configuration = configuration
        queue = AdmissionQueue(
            perHost: configuration.maxConnectionsPerHost, total: configuration.maxConcurrentRequests)
    }

    func run() {
        while true {
            let (commands, stopped) = loop.take()
            for command in commands { handle(command) }
            if stopped { break }
            startWaiting()
            multi.perform()
            while let (transfer, code) = multi.nextFinished() { finish(transfer, code) }
            startWaiting()
            endLate()
            multi.wait(until: nextLimit)
        }
        let end = "the HTTP client was shut down"
        for transfer in Array(running.values) { stop(transfer, .cancelled, end) }
        for transfer in waiting.values { refuse(transfer, .cancelled, end) }
        loop.forgetWaker()
    }

    private func handle(_ command: TransferLoop.Command) {
        switch command {
        case .start(let transfer):
            guard !transfer.isCancelled else { return refuse(transfer, .cancelled, "the request was cancelled") }
            waiting[ObjectIdentifier(transfer)] = transfer
            queue.add(transfer)
            if let timeout = transfer.request.timeout { watch(transfer.asked + timeout) }
        case .cancel(let transfer):
            if let running = running[ObjectIdentifier(transfer)] {
                stop(running, .cancelled, "the request was cancelled")
            } else if waiting.removeValue(forKey: ObjectIdentifier(transfer)) != nil {
                refuse(transfer, .cancelled, "the request was cancelled")
            }
        case .resume(let transfer):
            guard let running = running[ObjectIdentifier(transfer)] else { return }
            running.isPaused = false
            running.touched()
            running.restartWindow()
            if let least = running.transfer.request.leastProgress { watch(running.window.began + least.within) }
            if let idle = running.transfer.request.idleTimeout { watch(running.lastActivity + idle) }
            let code = running.easy.unpause()
            if code != .ok { finish(running, code) }
        }
    }

    private func startWaiting() {
        while let transfer = queue.next() {
            // Already cancelled or timed out while waiting; only its entry in the queue is left.
            guard waiting.removeValue(forKey: ObjectIdentifier(transfer)) != nil else {
                queue.leave(transfer)
                continue
            }
            let easy = spare.popLast() ?? CurlEasy()
            guard let easy else {
                queue.leave(transfer)
                refuse(transfer, .internalError, "libcurl has no handle left")
                continue
            }
            let entry = RunningTransfer(transfer, easy: easy)
            if let code = entry.start(on: multi, configuration) {
                entry.fail(CurlFailure.error(code, of: entry))
                retire(entry)
                continue
            }
            running[ObjectIdentifier(transfer)] = entry
            if let idle = transfer.request.idleTimeout { watch(entry.lastActivity + idle) }
            if let least = transfer.request.leastProgress { watch(entry.window.began + least.within) }
        }
    }

    private func finish(_ entry: RunningTransfer, _ code: CurlCode) {
        if code == .ok {
            entry.succeed()
        } else {
            entry.fail(CurlFailure.error(code, of: entry))
        }
        retire(entry)
    }

    private func stop(_ entry: RunningTransfer, _ code: HTTPError.Code, _ message: String) {
        entry.fail(
            HTTPError(
                code, message, host: entry.transfer.target.host, requestMayHaveReachedServer: entry.easy.hasSentRequest)
        )
        retire(entry)
    }

    private func refuse(_ transfer: Transfer, _ code: HTTPError.Code, _ message: String) {
        transfer.fail(HTTPError(code, message, host: transfer.target.host))
    }

    private func retire(_ entry: RunningTransfer) {
        entry.end(on: multi)
        running[ObjectIdentifier(entry.transfer)] = nil
        queue.leave(entry.transfer)
        if spare.count < configuration.maxConcurrentRequests { spare.append(entry.easy) }
    }

    private func watch(_ limit: ContinuousClock.Instant) {
        nextLimit = min(nextLimit ?? limit, limit)
    }

    private func endLate() {
        guard let limit = nextLimit else { return }
        let now = ContinuousClock.now
        guard limit <= now else { return }
        nextLimit = nil
        for entry in Array(running.values) {
            let request = entry.transfer.request
            if let timeout = request.timeout, entry.transfer.asked + timeout <= now {
                stop(entry, .timedOut, "no complete answer within \(timeout)")
            } else if let idle = request.idleTimeout, !entry.isPaused, entry.lastActivity + idle <= now {
                stop(entry, .timedOut, "nothing was sent or received for \(idle)")
            } else if let least = request.leastProgress, !entry.isPaused, entry.hasHead,
                entry.window.began + least.within <= now, entry.window.bytes < least.bytes
            {
                stop(entry, .timedOut, "less than \(least.bytes) bytes came within \(least.within)")
            } else {
                if let least = request.leastProgress, !entry.isPaused {
                    if entry.window.began + least.within <= now { entry.restartWindow() }
                    watch(entry.window.began + least.within)
                }
                if let timeout = request.timeout { watch(entry.transfer.asked + timeout) }
                if let idle = request.idleTimeout, !entry.isPaused { watch(entry.lastActivity + idle) }
            }
        }
        for (key, transfer) in waiting {
            guard let timeout = transfer.request.timeout else { continue }
            if transfer.asked + timeout <= now {
                waiting[key] = nil
                refuse(transfer, .timedOut, "no free connection within \(timeout)")
            } else {
                watch(transfer.asked + timeout)
            }
        }
    }
}
