internal import LaunchContainerEngine
internal import LaunchPluginKit

/// Delivers stops to the hosts of a rehearsal. The job gets one SIGTERM, as from the service, because it may count
/// them; this also holds across processes.
actor StopDelivery {
    private let folder: RehearsalFolder
    /// The last signal that this process sent to the hosts.
    private var sent: RehearsalState.Signal?
    private var stops: [Task<Bool, Never>] = []

    private let now: @Sendable () -> Timestamp

    init(folder: RehearsalFolder, now: @escaping @Sendable () -> Timestamp) {
        self.folder = folder
        self.now = now
    }

    /// Stops all hosts in tasks of their own. Each task ends with the engine's reply.
    func deliver(
        to members: [HostContainers.Member], of containers: HostContainers, attempt: Int, graceSeconds: Int
    ) throws(BackendError) {
        var earlier = sent
        if earlier == nil { earlier = try folder.signal() }
        let folder = folder
        switch RehearsalState.Signal.next(
            after: earlier, attempt: attempt, graceSeconds: graceSeconds, at: now())
        {
        case .send(let signal):
            sent = signal
            stops += members.map { member in
                Task {
                    await containers.stop(member, grace: .seconds(graceSeconds)) { try? folder.keep(signal) }
                }
            }
        case .shorten(let signal, let rest):
            sent = signal
            try folder.keep(signal)
            stops += members.map { member in Task { await containers.end(member, after: rest) } }
        }
    }

    /// Waits until all stops have completed. True if one of them found a running host.
    func wait() async -> Bool {
        var foundHost = false
        while !stops.isEmpty {
            let next = stops.removeFirst()
            if await next.value { foundHost = true }
        }
        return foundHost
    }

    /// Cancels all stops.
    func cancel() {
        for stop in stops { stop.cancel() }
    }
}

extension RehearsalState.Signal {
    /// What a stop does with the hosts.
    enum Delivery: Sendable, Equatable {
        /// SIGTERM, or SIGKILL at once without a grace period.
        case send(RehearsalState.Signal)
        /// The hosts have their SIGTERM already: wait for the rest of its time, then SIGKILL.
        case shorten(RehearsalState.Signal, Duration)
    }

    /// The delivery of a stop after the last signal. A later stop may shorten the time of the first, not extend it.
    static func next(
        after earlier: RehearsalState.Signal?, attempt: Int, graceSeconds: Int, at now: Timestamp
    ) -> Delivery {
        let killAt = now.milliseconds.saturatingAdding(Int64(graceSeconds).saturatingMultiplied(by: 1_000))
        var signal = RehearsalState.Signal(attempt: attempt, at: now, killAt: Timestamp(milliseconds: killAt))
        guard let earlier, earlier.attempt == attempt, graceSeconds > 0 else { return .send(signal) }
        signal.at = earlier.at
        signal.killAt = min(earlier.killAt, signal.killAt)
        let rest = max(0, signal.killAt.milliseconds.saturatingSubtracting(now.milliseconds))
        return .shorten(signal, .milliseconds(rest))
    }
}

extension RehearsalState.Stop {
    /// A stop whose grace period is rounded up to whole seconds.
    init(grace: Duration?) {
        graceSeconds = grace.map { grace in
            let parts = grace.components
            return Int(clamping: max(0, parts.seconds.saturatingAdding(parts.attoseconds > 0 ? 1 : 0)))
        }
    }
}
