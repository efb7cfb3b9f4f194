extension LogStream {
    /// The log of a run whose backend appends to a file.
    ///
    /// - Each line comes once and in order. A line that is not complete is left until it is, or until the run has ended.
    ///   A line over 21,000 bytes comes in pieces, which split no character. Bytes that are not UTF-8 are replaced.
    /// - A cursor is valid in any process. It names the number of bytes before it, and a check of the bytes directly
    ///   before it, so reading starts again at the beginning if the file is another one: it was cut or replaced. A
    ///   reader that follows a file reads a replaced file to its end first.
    /// - A missing file has no lines yet. A symbolic link is an error, because a job that can write to the folder could
    ///   name a file there that only the agent may read. So is anything that is not a regular file.
    /// - The file is opened again for each read, so a network file system shows what other machines have written.
    ///   Memory is bounded, and a reader that is not read from reads nothing.
    ///
    /// - Parameters:
    ///   - cursor: the position; nil is the beginning.
    ///   - follow: whether to wait for more until the run has ended.
    ///   - pause: the time between two reads while there is nothing new.
    ///   - clock: waits.
    ///   - path: the path of the file, asked before each read.
    ///   - hasEnded: whether the run has ended, so that the file is complete. It is asked once before each read and gets
    ///     the number of pauses so far, so that a costly check can be made less often.
    public static func file(
        from cursor: LogCursor?, follow: Bool, every pause: Duration = .seconds(1), clock: HostClock = .system,
        at path: @escaping @Sendable () throws(BackendError) -> String,
        hasEnded: @escaping @Sendable (_ pauses: Int) async throws(BackendError) -> Bool
    ) -> LogStream {
        LogStream {
            let reader = FileLogReader(
                from: cursor, follow: follow, pause: pause, clock: clock, path: path, hasEnded: hasEnded)
            return { () async throws(BackendError) -> [LogLine]? in try await reader.next() }
        }
    }
}

/// One iteration of the log of a file.
private actor FileLogReader {
    private let follow: Bool
    private let pause: Duration
    private let clock: HostClock
    private let path: @Sendable () throws(BackendError) -> String
    private let hasEnded: @Sendable (Int) async throws(BackendError) -> Bool
    private var position: FileLogPosition
    /// The file of the last read.
    private var file: LogFile?
    /// Whether the file is complete. Nothing is asked again before the next pause.
    private var isWhole = false
    private var hasAsked = false
    private var pauses = 0

    init(
        from cursor: LogCursor?, follow: Bool, pause: Duration, clock: HostClock,
        path: @escaping @Sendable () throws(BackendError) -> String,
        hasEnded: @escaping @Sendable (Int) async throws(BackendError) -> Bool
    ) {
        (self.follow, self.pause, self.clock, self.path, self.hasEnded) = (follow, pause, clock, path, hasEnded)
        position = FileLogPosition(cursor)
    }

    func next() async throws(BackendError) -> [LogLine]? {
        while true {
            // Asked before reading: the log of a run that has ended is complete.
            if !hasAsked { isWhole = try await hasEnded(pauses) }
            hasAsked = true
            let lines = try read()
            if !lines.isEmpty { return lines }
            guard follow, !isWhole else { return nil }
            (pauses, hasAsked) = (pauses + 1, false)
            do {
                try await clock.sleep(pause)
            } catch {
                throw BackendError(.cancelled, "The reader of the log was cancelled.")
            }
        }
    }

    /// The next lines. A file that was replaced is read to its end before the new one.
    private func read() throws(BackendError) -> [LogLine] {
        let found = try LogFile(at: try path())
        guard let old = file, found?.identity != old.identity else {
            file = found
            return try found.map { file throws(BackendError) in try lines(of: file, isWhole: isWhole) } ?? []
        }
        let rest = try lines(of: old, isWhole: true)
        if !rest.isEmpty { return rest }
        (file, position) = (found, FileLogPosition())
        return try found.map { file throws(BackendError) in try lines(of: file, isWhole: isWhole) } ?? []
    }

    private func lines(of file: LogFile, isWhole: Bool) throws(BackendError) -> [LogLine] {
        var block = try file.bytes(around: position)
        if !position.fits(block.before) {
            position = FileLogPosition()
            block = try file.bytes(around: position)
        }
        return position.take(
            before: block.before, after: block.after, isLast: isWhole && block.after.count < LogFile.most)
    }
}
