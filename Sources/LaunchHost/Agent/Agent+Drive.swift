/// Drives claimed runs to their backends.
extension Agent {
    /// Drives a claimed run up to its submission, then passes it to the observer of its runner. If the store or the
    /// backend does not respond, the agent retries as long as it lives.
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
                    switch try await work(on: run, driver) {
                    case .submitted(let record): watch(record)
                    case .over(let record): tell(record)
                    case .unknown(let record, let reason) where !leaving.isRaised:
                        if !isTold {
                            try store.note(
                                record.id, token: record.claimToken,
                                "The backend does not say whether it has the run, and is asked again. \(reason)")
                        }
                        isTold = true
                        // The agent waits for the backend here. If the program ends during the wait, the run is not the
                        // cause.
                        try store.endWork(on: record.id, token: record.claimToken)
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
                        giveUp(run, error)
                        break
                    }
                    // No other agent would adopt the run while this agent lives.
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

    /// Drives the run as far as possible. A suspect is driven only while no other suspect is.
    private func work(on run: RunRecord, _ driver: RunDriver) async throws(StoreError) -> RunDriver.Progress {
        let hasTurn = run.crashes > 0 ? await suspects.enter() : false
        defer { if hasTurn { suspects.leave() } }
        if run.handle == nil { try store.beginWork(on: run.id, token: run.claimToken) }
        return try await driver.drive(run)
    }

    /// Ends a run that the store refuses to continue. Otherwise no other agent would adopt it while this agent lives.
    private func giveUp(_ run: RunRecord, _ error: StoreError) {
        log.error("run given up", ["run": run.id.rawValue, "error": error.description])
        // A new owner continues the run. An agent that is leaving lets its next owner try.
        guard error.code != .stale, !leaving.isRaised else { return }
        do throws(StoreError) {
            let present = try store.run(run.id, token: run.claimToken)
            guard !present.state.isTerminal, present.state != .queued else { return }
            try store.transition(
                run.id, token: run.claimToken, to: .failed,
                cause: Cause(.internalFault, "The program cannot continue the run: \(error.description)"))
        } catch {
            log.error("run dropped", ["run": run.id.rawValue, "error": error.description])
        }
    }

    /// Waits for the given number of seconds, ending early only when the agent leaves. A stop request does not shorten
    /// the wait, because it waits for the backend.
    private func rest(upTo seconds: Int) async {
        let (clock, leaving) = (clock, leaving)
        await Task {
            for _ in 0..<seconds where !leaving.isRaised { try? await clock.sleep(.seconds(1)) }
        }.value
    }
}
