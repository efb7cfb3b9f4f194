internal import LaunchHost

/// What fails on the way: tried again, or the end.
extension Attendant {
    /// Waits for another try, or ends the job.
    func failed(_ error: BackendError, times: Int) async {
        if state.stop != nil, state.startedAt == nil {
            try? end(.stopped, Cause(.userStop, "stopped before it began"))
            return
        }
        if state.givesUpResults == true, state.stage == .collecting {
            // What ends the job does not matter any more; the next step ends it.
            return
        }
        // A host that runs is not given up because the engine is away for a while.
        let isRunning = state.stage == .running && !hostsHaveEnded
        let mayPass = error.isWorthRetrying && (times < (hasRunHosts ? 9 : Self.triesBeforeStart) || isRunning)
        guard mayPass else {
            tools.log.warning("a job ends early", ["run": runID.rawValue, "error": error.description])
            let cause = failure(error)
            do throws(BackendError) {
                try end(.failed, cause)
            } catch {
                // The disk does not take it either; in memory it is the end all the same.
                state.stage = .ended
                state.course.phase = .failed
                state.course.cause = cause
            }
            return
        }
        showTrouble(error)
        let wait = error.retryAfter ?? min(.milliseconds(250 * (1 << min(times, 7))), .seconds(30))
        let until = ContinuousClock.now + wait
        // A stop does not wait for the next try.
        while ContinuousClock.now < until, state.stop == nil || hasRunHosts, !Task.isCancelled {
            try? await Task.sleep(for: min(.milliseconds(100), until - ContinuousClock.now))
        }
    }

    private var hasRunHosts: Bool { state.startedAt != nil }

    /// Each try of a service's client is several calls already, and somebody waits who may have mistyped an address.
    private static let triesBeforeStart = 5

    private func failure(_ error: BackendError) -> Cause {
        if state.stage == .collecting || state.stage == .running {
            return Cause(.results, "the results could not be put where they belong: \(error)")
        }
        // What never began because something is not there, or wrong with this program, says nothing about the job.
        let code: Cause.Code =
            switch error.category {
            case .unavailable where !hasRunHosts, .transient where !hasRunHosts, .throttled where !hasRunHosts:
                .unavailable
            case .internalFault: .internalFault
            default: .submit
            }
        return Cause(code, "it could not be started: \(error)")
    }

    /// Says why nothing moves, as long as that is so. Hosts that run do not wait for what this program tries.
    private func showTrouble(_ error: BackendError) {
        guard state.stage != .running, let last = state.course.steps.last else { return }
        if !isTryingAgain {
            troubled = last.status == .downloading && !last.message.isEmpty ? "\(last.message): " : ""
        }
        isTryingAgain = true
        var reason = Substring(error.message)
        if reason.hasSuffix(".") { reason = reason.dropLast() }
        state.step(last.status, "\(troubled)\(reason); trying again", at: RehearsalTools.now())
        pulses.signal()
    }
}
