/// Removes what dead programs left. Every program that drives runs does this once, at its start.
struct LeftoverSweep: Sendable {
    let store: Store
    let backends: Backends
    let log: Logger

    /// The longest time that the start of a program waits for the sweep.
    private static let limit = Duration.seconds(15)

    /// Releases ended runs that were not released, and lets the backends of these resources remove what no run owns.
    func run(resources: [String]) async {
        _ = await TimeLimit.value(within: Self.limit) {
            await releaseEnded()
            for runner in backends.holders(of: resources) {
                do throws(BackendError) {
                    try await runner.sweep { await standing(of: $0) }
                } catch {
                    log.debug("leftovers of earlier programs stay for now", ["error": error.description])
                }
            }
        }
    }

    /// Releases ended runs whose program died after recording the end and before the release.
    private func releaseEnded() async {
        let leftovers: [RunRecord]
        do throws(StoreError) {
            leftovers = try await store.unreleased()
        } catch {
            return log.warning("leftovers of ended runs stay for now", ["error": error.description])
        }
        for run in leftovers {
            guard let runner = try? backends.runner(for: run), let capabilities = try? backends.capabilities(for: run)
            else { continue }
            await FinishStage(store: store, runner: runner, capabilities: capabilities, log: log).release(run)
        }
    }

    /// If the store cannot be read, the run counts as owned, because a removal cannot be undone.
    private func standing(of id: RunID) async -> RunStanding {
        do throws(StoreError) {
            let run = try await store.run(id)
            if run.state == .queued { return .owned }
            if await store.isAlive(run.owner) { return .owned }
            return run.state.isTerminal ? .over : .abandoned
        } catch {
            return error.code == .unknown ? .over : .owned
        }
    }
}
