internal import FoundationEssentials
internal import LaunchConsole
internal import LaunchHost

/// Writes log records to standard error, one line each: time, level, message, then `key=value`; or as `LogForm` says.
enum LogSink {
    /// Logs records of the level that the command line or the environment names, else warnings and errors. One `-v` adds
    /// the events of runs, and two everything.
    /// - Parameters:
    ///   - base: the level without an option.
    ///   - metrics: counts the records.
    static func logger(
        _ terminal: Terminal, _ arguments: ParsedArguments, base: Logger.Level = .warning,
        metrics: AgentMetrics? = nil
    ) -> Logger {
        let form = LogForm(arguments)
        let named = arguments.string(GlobalOptions.logLevel).flatMap { name in
            Logger.Level.allCases.first { "\($0)" == name }
        }
        let level: Logger.Level =
            switch arguments.count(GlobalOptions.verbose) {
            case 0: named ?? base
            case 1: min(named ?? base, .info)
            default: .debug
            }
        return Logger(level: level) { record in
            metrics?.record(record)
            switch form {
            case .text: terminal.err(line(record))
            case .journal: terminal.tell(importance(record.level), Styled(words(record)))
            case .json:
                terminal.err(json: LogForm.json(record.time, "\(record.level)", record.message, record.fields))
            }
        }
    }

    static func line(_ record: Logger.Record) -> Styled {
        let level: Styled =
            switch record.level {
            case .debug: Styled("debug", .dim)
            case .info: Styled("info", .cyan)
            case .warning: Styled("warning", .yellow)
            case .error: Styled("error", .red)
            }
        return Styled(Timestamp(record.time).description, .dim) + " \(level) \(record.message)"
            + Styled(fields(record), .dim)
    }

    private static func words(_ record: Logger.Record) -> String { record.message + fields(record) }

    private static func fields(_ record: Logger.Record) -> String {
        record.fields.map { " \($0.name)=\(quoted($0.value))" }.joined()
    }

    private static func importance(_ level: Logger.Level) -> Terminal.Importance {
        switch level {
        case .debug: .debug
        case .info: .note
        case .warning: .warning
        case .error: .error
        }
    }

    private static func quoted(_ value: String) -> String {
        let plain = value.allSatisfy { $0.isASCII && !$0.isWhitespace && $0 != "\"" && $0 != "=" } && !value.isEmpty
        guard !plain else { return value }
        let escaped = Terminal.printable(value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))
        return "\"\(escaped.replacing("\n", with: "\\n"))\""
    }
}
