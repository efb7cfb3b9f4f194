internal import LaunchConcurrency
package import LaunchMetrics

/// The metrics of an agent as text, with the values of now.
///
/// The store is read at most once in a few seconds, however often the text is asked for, and not at all if it is not. A
/// store that does not answer delays the text by a moment; then it has the values of the last sample.
package actor MetricsCollector {
    /// The age of a sample of the store up to which it is used again.
    static let sampleAge = Duration.seconds(5)
    /// The longest wait for a sample.
    private static let patience = Duration.seconds(2)

    private let agent: Agent
    private let store: Store
    private let limit: Duration
    private let clock: HostClock
    private let log: Logger
    private var sampledAt: Duration?
    /// The end of the sample that is under way.
    private var sampling: SingleValueFuture<Void>?

    /// - Parameter limit: the time without an answer after which the agent is not ready.
    package init(_ agent: Agent, store: Store, limit: Duration, clock: HostClock = .system, log: Logger) {
        (self.agent, self.store, self.limit) = (agent, store, limit)
        (self.clock, self.log) = (clock, log)
    }

    /// All values in the format.
    package func text(_ format: MetricsFormat) async -> String {
        await sample()
        let metrics = agent.metrics
        metrics.process.refresh()
        metrics.ready.set(agent.vitals.readiness(within: limit) == .ready ? 1 : 0)
        metrics.silence.replace(agent.vitals.silence().map { ([$0.key], $0.value / .seconds(1)) })
        await agent.refreshMetrics()
        return metrics.registry.text(format)
    }

    private func sample() async {
        if let sampledAt, clock.elapsed() - sampledAt < Self.sampleAge { return }
        await (sampling ?? begin()).wait(upTo: Self.patience, clock: clock)
    }

    /// Returns when the agent answers. One that hangs does not, and then the caller gives up.
    package func askAgent() async { await agent.refreshMetrics() }

    /// Begins a sample, which all callers share.
    private func begin() -> SingleValueFuture<Void> {
        let end = SingleValueFuture<Void>()
        sampling = end
        Task {
            await self.read()
            end.set(())
        }
        return end
    }

    private func read() async {
        defer { sampling = nil }
        do throws(StoreError) {
            agent.metrics.set(try await store.sample())
            sampledAt = clock.elapsed()
        } catch {
            log.debug("the metrics have no new values of the queues", ["error": error.description])
        }
    }
}

extension AgentMetrics {
    /// Sets the values of the queues.
    func set(_ sample: StoreSample) {
        var counts: [(labels: [String], value: Double)] = []
        for queue in sample.queues {
            counts += RunState.allCases.map { ([queue.name, $0.rawValue], Double(queue.counts[$0])) }
        }
        for (name, states) in [("", sample.loose), (MetricsRegistry.other, sample.others)] {
            counts += RunState.allCases.filter { states[$0] > 0 }.map { ([name, $0.rawValue], Double(states[$0])) }
        }
        runs.replace(counts)
        oldest.replace(
            sample.queues.map { queue in
                let age = queue.oldestWaiting.map { Double(sample.time.milliseconds - $0.milliseconds) / 1000 } ?? 0
                return ([queue.name], max(0, age))
            })
        paused.replace(sample.queues.map { ([$0.name], $0.isPaused ? 1 : 0) })
        sampled.set(Double(sample.time.milliseconds) / 1000)
    }
}

extension Agent {
    /// Sets the values that only the agent knows.
    func refreshMetrics() {
        metrics.holding.set(Double(driving.count), "starting")
        metrics.holding.set(Double(watched.count), "watched")
        metrics.mostHeld.set(settings.maxJobs.map(Double.init) ?? .infinity)
        let queues = holds.held
        metrics.held.replace(settings.queues.map { ([$0], queues.contains($0) ? 1 : 0) })
    }
}
