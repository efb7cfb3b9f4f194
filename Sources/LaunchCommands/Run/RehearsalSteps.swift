internal import LaunchConsole
internal import LaunchHost

/// Reports the progress of a followed rehearsal on standard error: `Downloading: train: 12 of 40 MB`.
struct RehearsalSteps {
    let store: Store
    let terminal: Terminal

    /// Reports each change of the run's backend status until the run has ended or the task is cancelled.
    func follow(_ id: RunID) async {
        guard let listener = try? await store.listen() else { return }
        defer { listener.close() }
        var reported: String?
        // The first check precedes the first doorbell, because the status may have changed already.
        guard await report(id, &reported) else { return }
        for await _ in listener.rings {
            guard await report(id, &reported) else { return }
        }
    }

    private func report(_ id: RunID, _ reported: inout String?) async -> Bool {
        guard let run = try? await store.run(id), !run.state.isTerminal else { return false }
        if let status = run.backendStatus, status != reported {
            terminal.err("\(Styled("rehearsal |", .dim)) \(status)")
            reported = status
        }
        return true
    }
}
