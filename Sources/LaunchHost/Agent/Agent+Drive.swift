/// Taking claimed runs to their backends.
extension Agent {
    /// Takes a run through the stages up to its backend, and hands it to the watch over that. Where the store or the backend
    /// does not answer, it is tried again for as long as the agent lives.
    func drive(_ run: RunRecord, mayRequeue: Bool = true) {
        let leaving = leaving
        let driver = RunDriver(
            store: store, backends: backends, contexts: contexts, clock: clock, log: log,
            isLeaving: { leaving.isRaised }, mayRequeue: mayRequeue, progress: progress)
        driving[run.id] = Task {
            var run = run
            var rest = 5
            var isTold = false
            while true {
                do throws(StoreError) {
                    switch try await driver.drive(run) {
                    case .submitted(let record): watch(record)
                    case .over(let record): tell(record)
                    case .unknown(let record, let reason) where !leaving.isRaised:
                        if !isTold {
                            try store.note(
                                record.id, token: record.claimToken,
                                "The backend does not say whether it has the run, and is asked again. \(reason)")
                        }
                        isTold = true
                        await self.rest(upTo: rest)
                        rest = min(rest * 2, 60)
                        run = try store.run(record.id, token: record.claimToken)
                        continue
                    case .interrupted(let record), .unknown(let record, _):
                        try store.release(record.id, token: record.claimToken)
                    }
                    break
                } catch {
                    guard [.busy, .full, .inputOutput].contains(error.code), !leaving.isRaised else {
                        log.error("run let go", ["run": run.id.rawValue, "error": error.description])
                        break
                    }
                    // Nobody else would take it while this agent lives.
                    log.error("a run has to wait for the store", ["run": run.id.rawValue, "error": error.description])
                    let clock = clock
                    await Task { try? await clock.sleep(Self.fallback) }.value
                    run = (try? store.run(run.id, token: run.claimToken)) ?? run
                }
            }
            driving[run.id] = nil
            pulse.signal()
        }
    }

    /// Waits so many seconds, unless the agent is to leave. Not even a stop shortens it: what it waits for is the backend.
    private func rest(upTo seconds: Int) async {
        let (clock, leaving) = (clock, leaving)
        await Task {
            for _ in 0..<seconds where !leaving.isRaised { try? await clock.sleep(.seconds(1)) }
        }.value
    }
}
