internal import LaunchConsole
internal import LaunchHost

/// Follows a run that an agent takes to its end: its log on standard output, its states on standard error.
struct FollowedRun: Sendable {
    let store: Store
    let backends: Backends
    let terminal: Terminal
    let printer: LogPrinter

    /// Returns when the end of the run is recorded.
    /// - Throws: The errors of the log reader; `OutputError.closed` if the reader of the output has left.
    func follow(_ id: RunID) async throws -> RunRecord {
        let news = RunNews(store: store, terminal: terminal, reportsRunning: false)
        let watching = Task { try await news.ends(of: [id]) }
        defer { watching.cancel() }
        let run = try await store.run(id)
        let isRehearsal = run.spec.rehearse && !run.state.isTerminal
        let steps = isRehearsal ? Task { await RehearsalSteps(store: store, terminal: terminal).follow(id) } : nil
        defer { steps?.cancel() }
        try await RunLogReader(store: store, backends: backends).read(id, follow: true) { try printer.print($0) }
        // The log is complete before the outputs are kept and the end is recorded.
        _ = try await watching.value
        return try await store.run(id)
    }
}
