internal import LaunchConsole
internal import LaunchHost

/// `launch doctor`
enum DoctorCommand {
    private struct Result: Encodable {
        var ok: Bool
        var checks: [HealthCheck]
    }

    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "doctor", summary: "Check that the configuration and all services that runs need work",
            discussion: """
                Checks the configuration, the home folder, the disk, the database, the environment's identity, the \
                registry and the runners, and renders each queue's template. A runner also checks what its service needs \
                for these templates: permissions, buckets, roles, images, quotas. What the identity may not read is a \
                warning, and so is each check that cannot be made because the environment fails. \
                Starts nothing and changes nothing. Waits at most 10 seconds for each service.

                Exits with 0 if no check fails, 78 if the configuration is invalid, 77 if a permission is missing, 69 \
                if something is not available.
                """,
            examples: [
                Example("Everything", "launch doctor"),
                Example("Also whether an agent serves each queue", "launch doctor --agent"),
                Example(
                    "What fails, for a monitor",
                    "launch doctor --json | jq -r '.checks[] | select(.status == \"fail\")'"),
            ],
            options: [
                Option(flag: "agent", help: "Fail for each queue that no running agent serves.")
            ]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            var doctor = Doctor(
                catalog: context.catalog, location: context.location, variables: context.variables, log: context.log,
                server: context.knownStoreServer)
            doctor.asksAgents = arguments.flag("agent")
            let checks = await Progress.show("Checking", on: terminal, quiet: !terminal.errorIsLive) { [doctor] _ in
                await doctor.examine()
            }
            let code = exitCode(checks)
            if context.wantsJSON {
                try context.printJSON(Result(ok: code == .ok, checks: checks))
            } else {
                try show(checks, on: terminal)
            }
            return code
        }
    }

    /// One line for each check: to a terminal, folded to its width below the detail.
    private static func show(_ checks: [HealthCheck], on terminal: Terminal) throws {
        let width = checks.map(\.what.count).max() ?? 0
        // Long names get lines of their own, so that the details stay readable.
        let column = min(width, max(16, terminal.width / 3))
        for check in checks {
            let style: Palette.Style =
                switch check.status {
                case .ok: .green
                case .warn: .yellow
                case .fail: .red
                }
            let status = Styled(check.status.rawValue, style)
            let space = String(repeating: " ", count: 4 - check.status.rawValue.count)
            guard terminal.outputIsTTY else {
                let what = check.what + String(repeating: " ", count: width - check.what.count)
                let hint = check.hint.map { "  " + Styled("(\($0))", .cyan) } ?? ""
                try terminal.out("\(status)\(space)  \(what)  \(check.detail)\(hint)")
                continue
            }
            let indent = String(repeating: " ", count: 6 + column + 2)
            let rest = max(20, terminal.width - indent.count)
            var details = TextLayout.wrap(check.detail, to: rest).map { Styled($0) }
            details += check.hint.map { TextLayout.wrap("-> \($0)", to: rest).map { Styled($0, .cyan) } } ?? []
            let isLong = check.what.count > column
            let what = check.what + String(repeating: " ", count: max(0, column - check.what.count))
            let begun: Styled = isLong ? "" : "  " + (details.first ?? "")
            try terminal.out("\(status)\(space)  \(what)" + begun)
            for line in isLong ? details[...] : details.dropFirst() { try terminal.out(Styled(indent) + line) }
        }
    }

    private static func exitCode(_ checks: [HealthCheck]) -> ExitCode {
        let kinds = checks.filter { $0.status == .fail }.map(\.kind)
        if kinds.isEmpty { return .ok }
        if kinds.contains(.configuration) { return .configuration }
        return kinds.contains(.denied) ? .notPermitted : .unavailable
    }
}
