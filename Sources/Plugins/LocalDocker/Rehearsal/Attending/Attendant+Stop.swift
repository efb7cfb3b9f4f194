internal import ContainerEngine
internal import LaunchHost

/// Ordering the end, and waiting for it.
extension Attendant {
    /// Orders the end of all hosts, or that there will be none.
    func stop(grace: Duration?) async throws(BackendError) {
        guard !hasEnded else { return }
        let order = RehearsalState.Stop(graceSeconds: grace.map(Self.seconds))
        guard lock != nil else {
            // Somebody else has the job, or nobody yet: whoever has it finds the order beside it.
            try folder.order(order)
            if state.stage == .running || state.stage == .starting { try await deliverStop() }
            return
        }
        if state.stage == .collecting {
            // The stop that led to this end wants its results. A later one, or one with less patience, does not.
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

    /// Stops all hosts in tasks of their own, which end with the engine's answers.
    func deliverStop() async throws(BackendError) {
        let containers = try await containers()
        guard let members = try await containers.members() else { return }
        let seconds =
            state.stop.map { $0.graceSeconds ?? job.stopGraceSeconds } ?? surroundings.drill?.graceSeconds
            ?? job.stopGraceSeconds
        let now = RehearsalTools.now()
        var signal = RehearsalState.Signal(
            attempt: state.attempt, at: now,
            killAt: Timestamp(
                milliseconds: now.milliseconds.saturatingAdding(Int64(seconds).saturatingMultiplied(by: 1_000))))
        var written = sentSignal
        if written == nil { written = try folder.signal() }
        if let written, written.attempt == state.attempt, seconds > 0 {
            // A job that counts its signals gets one, as from the service: only the rest of its time is waited for.
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

    /// Waits for the answers to the stops that were ordered.
    func awaitStops() async {
        while !stops.isEmpty {
            let next = stops.removeFirst()
            if await next.value { stopFound = true }
        }
    }
}
