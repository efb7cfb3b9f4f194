internal import Console
internal import LaunchHost

/// `launch doctor`
enum DoctorCommand {
    private struct Result: Encodable {
        var ok: Bool
        var checks: [HealthCheck]
    }

    static func command(_ bench: Workbench.Maker) -> Command {
        Command(
            "doctor", summary: "Check live that everything a run needs is there",
            discussion: """
                Looks at the configuration, the home folder and the database, asks the environment who you are, the \
                registry and the runners whether they answer, and renders each queue's template. Starts nothing and \
                changes nothing. Each service has 10 seconds.

                Ends with 0 where nothing fails, 78 where the configuration is wrong, 77 where something is not \
                permitted, 69 where something is not there.
                """,
            examples: [
                Example("Everything", "launch doctor"),
                Example(
                    "What fails, for a monitor",
                    "launch doctor --json | jq -r '.checks[] | select(.status == \"fail\")'"),
            ]
        ) { arguments, terminal in
            let bench = bench(arguments, terminal)
            let doctor = Doctor(
                catalog: bench.catalog, location: bench.location, variables: bench.variables, log: bench.log)
            let checks = await Progress.show("Checking", on: terminal, quiet: !terminal.errorIsLive) { _ in
                await doctor.examine()
            }
            let code = exitCode(checks)
            if bench.wantsJSON {
                try bench.printJSON(Result(ok: code == .ok, checks: checks))
            } else {
                try show(checks, on: terminal)
            }
            return code
        }
    }

    private static func show(_ checks: [HealthCheck], on terminal: Terminal) throws {
        let width = checks.map(\.what.count).max() ?? 0
        for check in checks {
            let style: Palette.Style =
                switch check.status {
                case .ok: .green
                case .warn: .yellow
                case .fail: .red
                }
            let status = Styled(check.status.rawValue, style)
            let space = String(repeating: " ", count: 4 - check.status.rawValue.count)
            let what = check.what + String(repeating: " ", count: width - check.what.count)
            let hint = check.hint.map { "  " + Styled("(\($0))", .cyan) } ?? ""
            try terminal.out("\(status)\(space)  \(what)  \(check.detail)\(hint)")
        }
    }

    private static func exitCode(_ checks: [HealthCheck]) -> ExitCode {
        let kinds = checks.filter { $0.status == .fail }.map(\.kind)
        if kinds.isEmpty { return .ok }
        if kinds.contains(.configuration) { return .configuration }
        return kinds.contains(.denied) ? .notPermitted : .unavailable
    }
}
