internal import LaunchConsole
internal import LaunchHost

/// The report of a run's end, and its exit code, for the commands that wait for runs.
enum RunEnd {
    /// The exit code of one ended run. A run that never began because a service is not available says nothing about the
    /// job, so it has its own code.
    static func exitCode(of run: RunRecord) -> ExitCode {
        run.cause?.code == .unavailable ? .unavailable : run.state.exitCode
    }

    /// The exit code of several ended runs: that of the worst end. A failure is worse than a missing service, and a
    /// missing service is worse than a stop.
    static func exitCode(of runs: [RunRecord]) -> ExitCode {
        let codes = runs.map(exitCode)
        return [.runFailed, .unavailable, .stopped].first { codes.contains($0) } ?? .ok
    }

    /// `run abc12345 failed: exit code 1`.
    static func line(_ run: RunRecord) -> Styled {
        let cause = run.cause.map { ": \(lines: $0.message)" as Styled } ?? ""
        return "run \(run.id) \(Styled(run.state.rawValue, run.state.style))" + cause
    }

    /// Reports the end with its outputs and warnings on standard error.
    static func show(_ run: RunRecord, on terminal: Terminal) {
        let terminal = terminal.about(run.id)
        terminal.err(line(run))
        for output in run.outcome?.outputs ?? [] { terminal.err("  \(output.name) -> \(output.path)") }
        for warning in run.outcome?.warnings ?? [] { terminal.err("  \(Styled("warning:", .yellow)) \(warning)") }
    }
}
