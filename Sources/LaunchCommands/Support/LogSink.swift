internal import FoundationEssentials
internal import LaunchConsole
internal import LaunchHost

/// Writes log records to standard error, one line each: time, level, message, then `key=value`.
enum LogSink {
    /// Logs warnings and errors; with one `-v` also the events of runs, with two everything.
    static func logger(_ terminal: Terminal, verbosity: Int, base: Logger.Level = .warning) -> Logger {
        let level: Logger.Level =
            switch verbosity {
            case 0: base
            case 1: min(base, .info)
            default: .debug
            }
        return Logger(level: level) { record in terminal.err(line(record)) }
    }

    static func line(_ record: Logger.Record) -> Styled {
        let level: Styled =
            switch record.level {
            case .debug: Styled("debug", .dim)
            case .info: Styled("info", .cyan)
            case .warning: Styled("warning", .yellow)
            case .error: Styled("error", .red)
            }
        let fields = record.fields.map { " \($0.name)=\(quoted($0.value))" }.joined()
        return Styled(Timestamp(record.time).description, .dim) + " \(level) \(record.message)" + Styled(fields, .dim)
    }

    private static func quoted(_ value: String) -> String {
        let plain = value.allSatisfy { $0.isASCII && !$0.isWhitespace && $0 != "\"" && $0 != "=" } && !value.isEmpty
        guard !plain else { return value }
        let escaped = Terminal.printable(value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))
        return "\"\(escaped.replacing("\n", with: "\\n"))\""
    }
}
