internal import LaunchConsole

/// The options that every command takes.
enum GlobalOptions {
    static let config = "launch-config"
    static let json = "json"
    static let verbose = "verbose"
    static let logFormat = "log-format"
    static let logFormatVariable = "LAUNCH_LOG_FORMAT"
    static let logFormats = ["text", "json"]
    static let logLevel = "log-level"

    static let all = [
        Option(
            config, "c", value: "FILE", help: "The configuration to use; - is standard input.",
            environment: "LAUNCH_CONFIG",
            values: .files, global: true),
        Option(
            flag: json,
            help:
                "Print one JSON document instead of text; with 'logs -f' and 'events -f', one JSON object for each line.",
            global: true),
        Option(
            flag: verbose, "v", help: "Log more; twice for everything.", repeatable: true,
            global: true),
        Option(
            logFormat, value: "FORMAT",
            help: "The form of log events and messages: text, or json with one object for each event.",
            default: "text", environment: logFormatVariable, values: .oneOf(logFormats), global: true),
        Option(
            logLevel, value: "LEVEL", help: "The lowest level that is logged; -v can lower it.",
            environment: "LAUNCH_LOG", values: .oneOf(["debug", "info", "warning", "error"]), global: true),
        Option.noColor,
    ]
}
