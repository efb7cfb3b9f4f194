internal import Console
internal import LaunchHost

/// A run that this process holds and takes to its end: what `launch run` does, and `launch stop` where no agent lives.
struct HeldRun: Sendable {
    let store: Store
    let backends: Backends
    let terminal: Terminal
    let log: Logger

    /// Drives the run to its recorded end while `beside` goes on. ctrl-C and SIGTERM stop the run: the first time with
    /// the job's own grace, then at once.
    func follow(
        _ run: RunRecord, as owner: OwnerLock, beside: @escaping @Sendable () async throws -> Void
    ) async throws -> RunRecord {
        let (store, terminal) = (store, terminal)
        let interrupts = Interrupts()
        defer { interrupts.stop() }
        let agent = Agent(
            Agent.Settings(maxJobs: nil), store: store, backends: backends,
            contexts: SourceContexts(store: SourceStore(folder: store.home.sources)), log: log,
            progress: { _, progress in
                terminal.err(
                    "\(terminal.errorColours(.dim, "\(progress.step.rawValue) |")) \(Terminal.printable(progress.line))"
                )
            })
        let stopping = Task {
            var isFirst = true
            for await _ in interrupts.events {
                terminal.err(isFirst ? "stopping; once more to stop at once" : "stopping at once")
                _ = try? store.requestStop(run.id, graceSeconds: isFirst ? nil : 0)
                isFirst = false
            }
        }
        defer { stopping.cancel() }
        let reading = Task { try await beside() }
        _ = try await agent.run(as: owner, only: run)
        try await reading.value
        return try store.run(run.id)
    }
}
