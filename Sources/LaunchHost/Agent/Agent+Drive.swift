internal import LaunchConcurrency

/// Drives claimed runs to their backends.
extension Agent {
    /// Drives a claimed run up to its submission, then passes it to the observer of its runner.
    func drive(_ run: RunRecord, mayRequeue: Bool = true) {
        let leaving = leaving
        let driver = RunDriver(
            store: store, backends: backends, contexts: contexts, clock: clock, log: log,
            isLeaving: { leaving.isRaised }, mayRequeue: mayRequeue, suspects: suspects, metrics: metrics,
            progress: progress)
        let stop = AsyncEvent()
        driving[run.id] = stop
        if !run.spec.source.isImage { building.insert(run.id) }
        let isContradicted = run.queue.map { holds.isContradicted(run.id, in: $0) } ?? false
        children?.yield {
            await Logger.$run.withValue(run.id.rawValue) {
                let end = await withCancellation(by: stop) { await driver.drive(run, isContradicted: isContradicted) }
                await self.driven(run, stop, end)
            }
        }
    }

    /// - Parameter stop: the event of the drive that has ended.
    private func driven(_ run: RunRecord, _ stop: AsyncEvent, _ end: RunDrive.End) {
        switch end {
        case .submitted(let record): watch(record)
        case .over(let record): tell(record)
        case .held(let record, _): metrics.settled(record)
        case .dropped: metrics.lostRun()
        case .released: break
        }
        if let queue = run.queue { settle(run.id, of: queue, end) }
        // A requeued run may have been claimed again before its first drive has ended here.
        if driving[run.id] === stop {
            driving[run.id] = nil
            building.remove(run.id)
        }
        pulse.signal()
    }

    /// Holds the queue if the run is back in it for an error that every run of the queue would have; otherwise ends
    /// the hold.
    private func settle(_ run: RunID, of queue: String, _ end: RunDrive.End) {
        if case .held(_, let error) = end {
            let until = holds.hold(queue, after: run, for: error, now: clock.now())
            log.error(
                "the queue is held: no run of it can start",
                ["queue": queue, "until": Timestamp(until).description, "error": error.description])
            return
        }
        if holds.end(queue, after: run, wasSubmitted: end.isSubmitted) {
            log.info("the hold of the queue has ended", ["queue": queue])
        }
        if case .over(let record) = end, record.state.isTerminal { holds.forget(run, of: queue) }
    }
}
