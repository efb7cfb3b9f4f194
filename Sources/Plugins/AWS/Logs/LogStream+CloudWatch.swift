public import LaunchPluginKit

extension LogStream {
    /// The log of a run whose backend writes to CloudWatch Logs.
    ///
    /// With `follow`, it waits for new lines, retries temporary errors, and ends when the run has ended and its last
    /// lines have arrived. Without it, it ends after the lines that exist now. The stream throws `denied`, `expired`,
    /// `invalid` for a cursor of another log, the errors of the log's functions, and `cancelled`; without `follow` also
    /// `throttled`, `transient` and `unavailable` after several attempts.
    /// - Parameters:
    ///   - explain: maps an error of AWS to the categories of the host.
    ///   - open: makes the log. Called with the first line, because it may need calls of the service.
    public static func cloudWatch(
        from cursor: LogCursor?, follow: Bool,
        explain: @escaping @Sendable (AWSError) -> BackendError = { $0.backendError },
        open: @escaping @Sendable () async throws(BackendError) -> CloudWatchLog
    ) -> LogStream {
        LogStream {
            let opened = OpenedLog(cursor: cursor?.rawValue, follow: follow, explain: explain, open: open)
            return { () async throws(BackendError) in try await opened.next() }
        }
    }
}

/// One reader's log, from its first line on.
private actor OpenedLog {
    private let cursor: String?
    private let follow: Bool
    private let explain: @Sendable (AWSError) -> BackendError
    private let open: @Sendable () async throws(BackendError) -> CloudWatchLog
    private var opened: (log: CloudWatchLog, reader: CloudWatchLogReader)?

    init(
        cursor: String?, follow: Bool, explain: @escaping @Sendable (AWSError) -> BackendError,
        open: @escaping @Sendable () async throws(BackendError) -> CloudWatchLog
    ) {
        (self.cursor, self.follow, self.explain, self.open) = (cursor, follow, explain, open)
    }

    func next() async throws(BackendError) -> [LogLine]? {
        let log: CloudWatchLog
        if let opened { log = opened.log } else { log = try await open() }
        do throws(AWSError) {
            let reader =
                if let opened { opened.reader } else {
                    try CloudWatchLogReader(log, from: cursor, follow: follow)
                }
            opened = (log, reader)
            return try await reader.next()?.map { line in
                LogLine(
                    text: line.text, cursor: LogCursor(rawValue: line.cursor), time: line.time,
                    host: log.host(line.stream), continues: line.continues)
            }
        } catch {
            throw explain(error)
        }
    }
}
