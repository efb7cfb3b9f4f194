internal import Console
internal import FoundationEssentials
internal import LaunchHost

/// Writes log records to standard error, one line each: time, level, message, then `key=value`.
enum LogSink {
    /// Warnings and errors; with one `-v` what happens to runs, with two everything.
    static func logger(_ terminal: Terminal, verbosity: Int, base: Logger.Level = .warning) -> Logger {
        let level: Logger.Level =
            switch verbosity {
            case 0: base
            case 1: min(base, .info)
            default: .debug
            }
        return Logger(level: level) { record in terminal.err(line(record, terminal.errorColours)) }
    }

    static func line(_ record: Logger.Record, _ colours: Palette) -> String {
        let level =
            switch record.level {
            case .debug: colours(.dim, "debug")
            case .info: colours(.cyan, "info")
            case .warning: colours(.yellow, "warning")
            case .error: colours(.red, "error")
            }
        let fields = record.fields.map { " \($0.name)=\(quoted($0.value))" }.joined()
        return "\(colours(.dim, Timestamp(record.time).description)) \(level) \(Terminal.printable(record.message))"
            + colours(.dim, fields)
    }

    private static func quoted(_ value: String) -> String {
        let plain = value.allSatisfy { $0.isASCII && !$0.isWhitespace && $0 != "\"" && $0 != "=" } && !value.isEmpty
        guard !plain else { return value }
        let escaped = Terminal.printable(value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))
        return "\"\(escaped.replacing("\n", with: "\\n"))\""
    }
}
