internal import LaunchConcurrency

/// Drives claimed runs to their backends.
extension Agent {
    /// Drives a claimed run up to its submission, then passes it to the observer of its runner.
    func drive(_ run: RunRecord, mayRequeue: Bool = true) {
        let leaving = leaving
        let driver = RunDriver(
            store: store, backends: backends, contexts: contexts, clock: clock, log: log,
            isLeaving: { leaving.isRaised }, mayRequeue: mayRequeue, suspects: suspects, progress: progress)
        let stop = AsyncEvent()
        driving[run.id] = stop
        drives?.yield {
            let end = await Self.drive(run, driver, until: stop, self.clock)
            await self.driven(run, end)
        }
    }

    /// Drives the run. A signal of `stop` cancels the stage that is under way.
    private static func drive(
        _ run: RunRecord, _ driver: RunDriver, until stop: AsyncEvent, _ clock: HostClock
    ) async -> RunDrive.End {
        await withTaskGroup(of: RunDrive.End?.self) { group in
            group.addTask { await driver.drive(run) }
            group.addTask {
                await stop.wait(upTo: nil, clock: clock)
                return nil
            }
            for await end in group {
                group.cancelAll()
                if let end { return end }
            }
            return .dropped
        }
    }

    private func driven(_ run: RunRecord, _ end: RunDrive.End) {
        switch end {
        case .submitted(let record): watch(record)
        case .over(let record): tell(record)
        case .held, .released, .dropped: break
        }
        if let queue = run.queue { settle(queue, end) }
        driving[run.id] = nil
        pulse.signal()
    }

    /// Holds the queue if the run is back in it for an error that every run of the queue would have; otherwise ends
    /// the hold.
    private func settle(_ queue: String, _ end: RunDrive.End) {
        if case .held(_, let error) = end {
            let until = holds.hold(queue, for: error, now: clock.now())
            log.error(
                "the queue is held: no run of it can start",
                ["queue": queue, "until": Timestamp(until).description, "error": error.description])
        } else if holds.end(queue, wasSubmitted: end.isSubmitted) {
            log.info("the queue is no longer held", ["queue": queue])
        }
    }
}
