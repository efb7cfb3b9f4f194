internal import LaunchContainerEngine
package import LaunchPluginKit

/// Reads one container's log once from a position, in batches, with bounded memory.
package actor RunLog {
    private static let batchLines = 512
    private static let batchBytes = 256 << 10

    private let connection: EngineConnection
    private let runID: RunID
    private let id: String
    private let cursor: LogCursor?
    /// True while the reader waits for further lines. False after the container has ended.
    private var follow: Bool

    private var place: LogPosition?
    private var toSkip = 0
    private var reader: EngineLogReader?
    private var wasEnded = false
    private var isFinished = false
    private var ready: ArraySlice<LogLine> = []

    package init(
        _ connection: EngineConnection, _ runID: RunID, container id: String, from cursor: LogCursor?, follow: Bool
    ) {
        self.connection = connection
        self.runID = runID
        self.id = id
        self.cursor = cursor
        self.follow = follow
    }

    /// The next batch; nil at the end.
    package func next() async throws(BackendError) -> [LogLine]? {
        while ready.isEmpty {
            if isFinished { return nil }
            try await fill()
        }
        var bytes = 0
        let batch = ready.prefix(Self.batchLines).prefix { line in
            bytes += line.text.utf8.count
            return bytes <= Self.batchBytes
        }
        let taken = batch.isEmpty ? ready.prefix(1) : batch
        ready = ready.dropFirst(taken.count)
        return Array(taken)
    }

    private func fill() async throws(BackendError) {
        guard var reading = reader else { return try await open() }
        let lines: [EngineLogLine]?
        do {
            lines = try await reading.next()
        } catch {
            reader = nil
            throw BackendError(error)
        }
        if let lines {
            take(lines, openSince: reading.frames.openSince)
            reader = reading
            return
        }
        reader = nil
        try await streamEnded(&reading)
    }

    /// Ends the log without `follow`. With `follow`, continues reading from the position. The engine ends a followed
    /// log when it restarts, and also before the last lines when the container ends. So only a log that was read
    /// without following after the container's end is known to be complete.
    private func streamEnded(_ reading: inout EngineLogReader) async throws(BackendError) {
        guard follow else {
            // An incomplete last line is returned only if nothing can follow it.
            if wasEnded { take(reading.finish(), openSince: nil) }
            isFinished = true
            return
        }
        if try await container().state.hasEnded { follow = false } else { try await pause() }
    }

    private func open() async throws(BackendError) {
        let info = try await container()
        wasEnded = info.state.hasEnded
        if info.state.status == "created" {
            if follow { try await pause() } else { isFinished = true }
            return
        }
        if let place {
            // The connection is new: the lines since the mark are read again and dropped.
            toSkip = place.lines
            self.place?.restart()
        } else if let cursor {
            (place, toSkip) = try LogPosition.reading(cursor)
        } else {
            place = LogPosition()
        }
        let since = place?.since
        let engine = try await connection.client()
        let follow = follow
        do {
            reader = try await engine.logs(of: id, framed: !info.hasTerminal, since: since, follow: follow)
        } catch {
            // The container's removal began after the inspection above. Docker replies 409; other engines only report
            // it in the text.
            if error.code == .conflict || error.says(.removalUnderWay) { throw gone }
            throw BackendError(error)
        }
    }

    private func container() async throws(BackendError) -> ContainerInfo {
        let engine = try await connection.client()
        let id = id
        let found = try await engineCall { () async throws(EngineError) in try await engine.container(id) }
        guard let found, found.state.status != "removing", found.state.status != "dead" else { throw gone }
        return found
    }

    private var gone: BackendError {
        BackendError(
            .notFound, "The container of run \(runID) and its log no longer exist.")
    }

    private func take(_ lines: [EngineLogLine], openSince: EngineTime?) {
        guard var place else { return }
        var taken: [LogLine] = []
        taken.reserveCapacity(lines.count)
        for line in lines {
            place.count(line)
            if toSkip > 0 {
                toSkip -= 1
                continue
            }
            taken.append(
                LogLine(
                    text: line.text, cursor: place.cursor, time: line.time?.date,
                    stream: line.stream == .stdout ? .stdout : .stderr, continues: line.continues))
        }
        place.advance(openSince: openSince)
        self.place = place
        ready = taken[...]
    }

    private func pause() async throws(BackendError) {
        do {
            try await Task.sleep(for: .milliseconds(100))
        } catch {
            throw BackendError(.cancelled, "Reading the log of run \(runID) was cancelled.")
        }
    }
}
