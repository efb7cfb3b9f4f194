internal import Console
internal import Glibc
internal import LaunchHost

/// A run that this process holds and takes to its end: what `launch run` does, and `launch stop` where no agent lives.
///
/// From when it is made, ctrl-C and SIGTERM do not end the process any more: make it before the run, so that they never
/// end one that is written down.
struct HeldRun: Sendable {
    private let interrupts = Interrupts()
    let store: Store
    let backends: Backends
    let contexts: SourceContexts
    let terminal: Terminal
    let log: Logger

    init(store: Store, backends: Backends, contexts: SourceContexts, terminal: Terminal, log: Logger) {
        self.store = store
        self.backends = backends
        self.contexts = contexts
        self.terminal = terminal
        self.log = log
    }

    /// Drives the run to its recorded end while `beside` goes on. ctrl-C and SIGTERM stop the run: the first time with
    /// the job's own grace, then at once. The third ends the process: a backend that is away, or a full disk, can keep the
    /// end from being recorded for as long as it likes.
    func follow(
        _ run: RunRecord, as owner: OwnerLock, beside: @escaping @Sendable () async throws -> Void
    ) async throws -> RunRecord {
        let (interrupts, store, terminal) = (interrupts, store, terminal)
        defer { interrupts.stop() }
        let agent = Agent(
            Agent.Settings(maxJobs: nil), store: store, backends: backends,
            contexts: contexts, log: log,
            progress: { _, progress in
                // One line each: a build that prints a line feed must not print lines without the mark.
                for line in Styled(log: progress.line).plain.split(separator: "\n", omittingEmptySubsequences: false) {
                    terminal.err("\(Styled("\(progress.step.rawValue) |", .dim)) \(line)")
                }
            })
        let stopping = Task {
            var count = 0
            for await _ in interrupts.events {
                count += 1
                guard count < 3 else {
                    terminal.err(
                        "run \(run.id) is left as it is; 'launch stop \(run.id)' or an agent takes it to its end")
                    exit(ExitCode.interrupted.rawValue)
                }
                terminal.err(
                    "stopping\(count == 1 ? "; once more to stop at once" : " at once; once more to leave the run as it is")"
                )
                _ = try? store.requestStop(run.id, graceSeconds: count == 1 ? nil : 0)
            }
        }
        defer { stopping.cancel() }
        let reading = Task { try await beside() }
        _ = try await agent.run(as: owner, only: run)
        try await reading.value
        return try store.run(run.id)
    }
}
