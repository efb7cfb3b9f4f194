internal import ContainerEngine
internal import LaunchPluginKit

/// Stopping.
extension RehearsalController {
    /// Requests the end of all hosts, or prevents their start.
    func stop(grace: Duration?) async throws(BackendError) {
        guard !hasEnded else { return }
        let order = RehearsalState.Stop(graceSeconds: grace.map(Self.seconds))
        guard lock != nil else {
            // Another process owns the job, or none does yet. The owner finds the request in the folder.
            try folder.order(order)
            if state.stage == .running || state.stage == .starting { try await deliverStop() }
            return
        }
        if state.stage == .collecting {
            // The stop that led to this stage wants the results. A later one, or one with a shorter grace period,
            // does not.
            if let earlier = state.stop, !earlier.isMorePatient(than: order) { return }
            state.givesUpResults = true
        }
        state.stop = order
        try keep()
        breakable?.cancel()
        guard state.stage == .running else { return }
        show(.stopping, "")
        try await deliverStop()
    }

    private static func seconds(_ grace: Duration) -> Int {
        let whole = max(0, grace.components.seconds.saturatingAdding(grace.components.attoseconds > 0 ? 1 : 0))
        return Int(clamping: whole)
    }

    /// Stops all hosts in tasks of their own. Each task ends with the engine's reply.
    func deliverStop() async throws(BackendError) {
        let containers = try await containers()
        guard let members = try await containers.members() else { return }
        let seconds =
            state.stop.map { $0.graceSeconds ?? job.stopGraceSeconds } ?? rehearsalPlan.drill?.graceSeconds
            ?? job.stopGraceSeconds
        let now = RehearsalTools.now()
        var signal = RehearsalState.Signal(
            attempt: state.attempt, at: now,
            killAt: Timestamp(
                milliseconds: now.milliseconds.saturatingAdding(Int64(seconds).saturatingMultiplied(by: 1_000))))
        var written = sentSignal
        if written == nil { written = try folder.signal() }
        if let written, written.attempt == state.attempt, seconds > 0 {
            // The job gets one signal, as from the service, because it may count them. This only waits for the rest
            // of its time.
            signal.at = written.at
            signal.killAt = min(written.killAt, signal.killAt)
            sentSignal = signal
            try folder.keep(signal)
            let rest = Duration.milliseconds(max(0, signal.killAt.milliseconds.saturatingSubtracting(now.milliseconds)))
            stops += members.map { member in Task { await containers.end(member, after: rest) } }
            return
        }
        sentSignal = signal
        let folder = folder
        stops += members.map { [signal] member in
            Task { await containers.stop(member, grace: .seconds(seconds)) { try? folder.keep(signal) } }
        }
    }

    /// Waits until all stops have completed.
    func awaitStops() async {
        while !stops.isEmpty {
            let next = stops.removeFirst()
            if await next.value { stopFound = true }
        }
    }
}
