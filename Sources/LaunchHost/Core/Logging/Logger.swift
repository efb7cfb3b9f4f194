public import FoundationEssentials

/// The log of the program's own work: records with a level and fields, written to an injected sink.
///
/// Fields with secret values are of type `Secret`, which prints as a mask.
public struct Logger: Sendable {
    /// The importance of a record.
    public enum Level: Int, Sendable, Comparable, CaseIterable {
        /// Details for debugging.
        case debug
        /// Normal events of runs.
        case info
        /// A problem that a person should look at.
        case warning
        /// A failure.
        case error

        /// A less important level is smaller.
        public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    /// One log message with its fields.
    public struct Record: Sendable {
        /// The time of the message.
        public var time: Date
        /// The importance of the message.
        public var level: Level
        /// The message, as a sentence.
        public var message: String
        /// Values by name, in order.
        public var fields: [(name: String, value: String)]
    }

    /// The ID of the run that the current task works on; each record of the task has it in the field `run`. So the
    /// records of a plugin that serves all runs have it, too.
    @TaskLocal package static var run: String?

    /// The lowest level that is logged.
    public var level: Level
    private let fields: [(name: String, value: String)]
    private let sink: @Sendable (Record) -> Void
    private let now: @Sendable () -> Date

    /// A logger that passes its records to `sink`.
    public init(
        level: Level = .info, now: @escaping @Sendable () -> Date = { Date() },
        sink: @escaping @Sendable (Record) -> Void
    ) {
        self.init(level: level, fields: [], now: now, sink: sink)
    }

    private init(
        level: Level, fields: [(name: String, value: String)], now: @escaping @Sendable () -> Date,
        sink: @escaping @Sendable (Record) -> Void
    ) {
        self.level = level
        self.fields = fields
        self.now = now
        self.sink = sink
    }

    /// A logger that discards all records.
    public static let silent = Logger(level: .error) { _ in }

    /// A logger that adds these fields to each record.
    public func with(_ fields: KeyValuePairs<String, String>) -> Logger {
        Logger(level: level, fields: self.fields + fields.map { ($0.key, $0.value) }, now: now, sink: sink)
    }

    /// Logs details for debugging.
    public func debug(_ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, String> = [:]) {
        log(.debug, message, fields)
    }
    /// Logs a normal event.
    public func info(_ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, String> = [:]) {
        log(.info, message, fields)
    }
    /// Logs a problem that a person should look at.
    public func warning(_ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, String> = [:]) {
        log(.warning, message, fields)
    }
    /// Logs a failure.
    public func error(_ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, String> = [:]) {
        log(.error, message, fields)
    }

    /// Logs a message whose level is a value.
    package func log(_ level: Level, _ message: String) {
        log(level, { message }, [:])
    }

    private func log(_ level: Level, _ message: () -> String, _ fields: KeyValuePairs<String, String>) {
        guard level >= self.level else { return }
        var all = self.fields + fields.map { (name: $0.key, value: $0.value) }
        if let run = Self.run, !all.contains(where: { $0.name == "run" }) { all.insert(("run", run), at: 0) }
        sink(Record(time: now(), level: level, message: message(), fields: all))
    }
}
