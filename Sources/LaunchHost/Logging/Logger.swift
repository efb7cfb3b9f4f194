public import FoundationEssentials

/// Where the program says what it does: levels, fields, and a sink that is given from outside.
///
/// Fields that must not be read are of type `Secret`, which prints as a mask.
public struct Logger: Sendable {
    /// How much a record matters.
    public enum Level: Int, Sendable, Comparable, CaseIterable {
        /// For whoever looks for a fault.
        case debug
        /// What happens to runs.
        case info
        /// What somebody should look at.
        case warning
        /// What did not work.
        case error

        /// Less urgent is less.
        public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    /// One thing that was said.
    public struct Record: Sendable {
        /// When.
        public var time: Date
        /// How much it matters.
        public var level: Level
        /// The sentence.
        public var message: String
        /// Facts by name, in order.
        public var fields: [(name: String, value: String)]
    }

    /// Records below it are not made.
    public var level: Level
    private let fields: [(name: String, value: String)]
    private let sink: @Sendable (Record) -> Void
    private let now: @Sendable () -> Date

    /// A logger that gives its records to `sink`.
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

    /// A logger that says nothing.
    public static let silent = Logger(level: .error) { _ in }

    /// A logger whose records carry these fields too.
    public func with(_ fields: KeyValuePairs<String, String>) -> Logger {
        Logger(level: level, fields: self.fields + fields.map { ($0.key, $0.value) }, now: now, sink: sink)
    }

    /// Says something for whoever looks for a fault.
    public func debug(_ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, String> = [:]) {
        log(.debug, message, fields)
    }
    /// Says what happens.
    public func info(_ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, String> = [:]) {
        log(.info, message, fields)
    }
    /// Says what somebody should look at.
    public func warning(_ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, String> = [:]) {
        log(.warning, message, fields)
    }
    /// Says what did not work.
    public func error(_ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, String> = [:]) {
        log(.error, message, fields)
    }

    private func log(_ level: Level, _ message: () -> String, _ fields: KeyValuePairs<String, String>) {
        guard level >= self.level else { return }
        sink(
            Record(
                time: now(), level: level, message: message(),
                fields: self.fields + fields.map { ($0.key, $0.value) }))
    }
}
