internal import Glibc
internal import LaunchConsole
internal import LaunchHost

/// A run that this process owns and takes to its end: in `launch run`, and in `launch stop` if the run has no live
/// owner.
///
/// From the creation of this value on, ctrl-C and SIGTERM no longer end the process. Create it before the run, so that
/// a signal cannot end the process between the run's submit and its supervision.
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

    /// Drives the run to its recorded end, with `beside` running concurrently. ctrl-C and SIGTERM stop the run: first
    /// with the job's own grace period, then at once. The third signal ends the process, because an unavailable backend
    /// or a full disk can delay the recording of the end without limit.
    func follow(
        _ run: RunRecord, as owner: OwnerLock, beside: @escaping @Sendable () async throws -> Void
    ) async throws -> RunRecord {
        let (interrupts, store, terminal) = (interrupts, store, terminal)
        defer { interrupts.stop() }
        let agent = Agent(
            Agent.Settings(maxJobs: nil), store: store, backends: backends,
            contexts: contexts, log: log,
            progress: { _, progress in
                // A message may contain a line feed; each line gets the mark.
                for line in Styled(log: progress.line).plain.split(separator: "\n", omittingEmptySubsequences: false) {
                    terminal.err("\(Styled("\(progress.step.rawValue) |", .dim)) \(line)")
                }
            })
        let stopping = Task {
            var count = 0
            for await _ in interrupts.events {
                count += 1
                guard count < 3 else {
                    terminal.about(run.id).err(
                        "run \(run.id) is left as it is; 'launch stop \(run.id)' or an agent takes it to its end")
                    endProcess(ExitCode.interrupted.rawValue)
                }
                terminal.err(
                    "stopping\(count == 1 ? "; once more to stop at once" : " at once; once more to leave the run as it is")"
                )
                _ = try? await store.requestStop(run.id, graceSeconds: count == 1 ? nil : 0)
            }
        }
        defer { stopping.cancel() }
        let reading = Task { try await beside() }
        _ = try await agent.run(as: owner, only: run)
        try await reading.value
        return try await store.run(run.id)
    }
}
