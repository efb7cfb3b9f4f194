internal import LaunchPluginKit

/// Failures: retry, or end the job.
extension RehearsalController {
    /// Waits before a retry, or ends the job.
    func failed(_ error: BackendError, times: Int) async {
        if state.stop != nil, state.startedAt == nil {
            try? end(.stopped, Cause(.userStop, "stopped before it began"))
            return
        }
        if state.givesUpResults == true, state.stage == .collecting {
            // The cause no longer matters; the next step ends the job.
            return
        }
        // A running host is not abandoned because the engine is unreachable for a while.
        let isRunning = state.stage == .running && !hostsHaveEnded
        let mayPass = error.isWorthRetrying && (times < (hasRunHosts ? 9 : Self.triesBeforeStart) || isRunning)
        guard mayPass else {
            tools.log.warning("a job ends early", ["run": runID.rawValue, "error": error.description])
            let cause = failure(error)
            do throws(BackendError) {
                try end(.failed, cause)
            } catch {
                // The disk does not accept the end either. In memory the job has ended nevertheless.
                state.stage = .ended
                state.timeline.phase = .failed
                state.timeline.cause = cause
            }
            return
        }
        showTrouble(error)
        let wait = error.retryAfter ?? min(.milliseconds(250 * (1 << min(times, 7))), .seconds(30))
        let until = ContinuousClock.now + wait
        // A stop ends the wait.
        while ContinuousClock.now < until, state.stop == nil || hasRunHosts, !Task.isCancelled {
            try? await Task.sleep(for: min(.milliseconds(100), until - ContinuousClock.now))
        }
    }

    private var hasRunHosts: Bool { state.startedAt != nil }

    /// Each try already includes several calls of a service's client, and the user may wait because of a mistyped
    /// address.
    private static let triesBeforeStart = 5

    private func failure(_ error: BackendError) -> Cause {
        if state.stage == .collecting || state.stage == .running {
            return Cause(.results, "the results could not be copied to their destination: \(error)")
        }
        // If the job did not start because something is unavailable or this program failed, the cause must not blame
        // the job.
        let code: Cause.Code =
            switch error.category {
            case .unavailable where !hasRunHosts, .transient where !hasRunHosts, .throttled where !hasRunHosts:
                .unavailable
            case .internalFault: .internalFault
            default: .submit
            }
        return Cause(code, "it could not be started: \(error)")
    }

    /// Shows why preparing or collecting does not progress. Running hosts do not depend on what is retried.
    private func showTrouble(_ error: BackendError) {
        guard state.stage != .running, let last = state.timeline.steps.last else { return }
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
