internal import FoundationEssentials
internal import LaunchConcurrency

/// Copies the logs of runs to a shared store while they run, so that `launch logs` works on every machine.
///
/// The store keeps the backend's cursor with each part. So after an interruption of the agent or of the connection, the
/// next call continues, and each line is copied once.
actor LogRelay {
    /// A copy that is under way.
    private struct Copying {
        let stop = AsyncEvent()
        let end = SingleValueFuture<Void>()
    }

    private let runner: any Runner
    private let store: Store
    private let clock: HostClock
    private let log: Logger
    private var copying: [RunID: Copying] = [:]
    private static let backoff = Backoff(first: .seconds(1), longest: .seconds(30), jitter: .around(0.2))

    /// Nil if nothing needs to be copied: the store is only on this machine, or the backend keeps its logs.
    init?(_ runner: any Runner, _ capabilities: Capabilities, store: Store, clock: HostClock, log: Logger) {
        guard store.isShared, !capabilities.keepsLogs else { return nil }
        (self.runner, self.store, self.clock, self.log) = (runner, store, clock, log)
    }

    /// Copies what a run prints, about once a second, until its log ends or `complete` is called. If the store is away,
    /// the copy waits for it. Other errors end the copy; `complete` reports them.
    func follow(_ record: RunRecord) async {
        guard let handle = record.handle, copying[record.id] == nil else { return }
        let own = Copying()
        copying[record.id] = own
        await withCancellation(by: own.stop) { await self.copyWhileAway(handle, record.fencingToken) }
        if copying[record.id]?.end === own.end { copying[record.id] = nil }
        own.end.set(())
    }

    /// Copies the rest of the log of an ended run.
    /// - Throws: `StoreError` if the store does not accept it now. Errors that would repeat are only logged: the log must
    ///   not delay the end of a run.
    func complete(_ record: RunRecord) async throws(StoreError) {
        guard let handle = record.handle else { return }
        if let other = copying.removeValue(forKey: record.id) {
            other.stop.signal()
            await other.end.value
        }
        let copy = LogCopy(runner: runner, handle: handle, store: store, token: record.fencingToken)
        // An earlier owner may have added a part at the same time.
        for _ in 0..<3 {
            do {
                return try await copy.copy()
            } catch let error as StoreError where error.code == .stale {
                say(error, handle)
            } catch let error as StoreError where error.isTemporary {
                throw error
            } catch {
                return say(error, handle)
            }
        }
    }

    private nonisolated func copyWhileAway(_ handle: RunHandle, _ token: Int64) async {
        let copy = LogCopy(runner: runner, handle: handle, store: store, token: token)
        var attempt = 0
        while !Task.isCancelled {
            do {
                return try await copy.follow(clock)
            } catch let error as StoreError where error.isTemporary {
                attempt += 1
            } catch {
                return say(error, handle)
            }
            try? await clock.sleep(Self.backoff.delay(after: attempt))
        }
    }

    private nonisolated func say(_ error: any Error, _ handle: RunHandle) {
        if Task.isCancelled { return }
        log.debug(
            "the log of a run is not copied to the store", ["run": handle.runID.rawValue, "error": "\(error)"])
    }
}

/// One copy of the log of a run.
private struct LogCopy: Sendable {
    let runner: any Runner
    let handle: RunHandle
    let store: Store
    let token: Int64
    private static let interval = Duration.seconds(1)

    /// Copies the lines that the backend has now.
    func copy() async throws {
        guard var writer = try await writer() else { return }
        for try await batch in runner.logs(handle, from: writer.cursor, follow: false) {
            writer.add(batch)
            guard try await writer.write(atLeast: RunText.part) else { return }
        }
        _ = try await writer.write()
    }

    /// Copies lines, about once in the interval, until the log ends or the text is full.
    func follow(_ clock: HostClock) async throws {
        guard let first = try await writer() else { return }
        let pending = PendingLines()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                for try await batch in runner.logs(handle, from: first.cursor, follow: true) {
                    await pending.add(batch)
                }
                await pending.finish()
                return false
            }
            group.addTask {
                var writer = first
                while let lines = await pending.take() {
                    writer.add(lines)
                    guard try await writer.write() else { break }
                    try await clock.sleep(Self.interval)
                }
                return true
            }
            while let hasWritten = try await group.next() {
                if hasWritten { return group.cancelAll() }
            }
        }
    }

    /// Continues the text of the log; nil if it is full.
    private func writer() async throws -> TextWriter? {
        let source = try JSON.canonical(handle)
        guard let end = try await store.end(of: .log, of: handle.runID) else {
            return TextWriter(store, handle.runID, token, source)
        }
        // Another job of the run, after an interruption, has a log of its own.
        guard end.source == source else {
            return TextWriter(store, handle.runID, token, source, after: end.number, replaces: true)
        }
        return end.cursor == nil
            ? nil : TextWriter(store, handle.runID, token, source, after: end.number, end.cursor, end.bytes)
    }
}

/// Writes the lines of a log to the store in parts.
private struct TextWriter {
    private let store: Store
    private let run: RunID
    private let token: Int64
    private var end: TextEnd
    private var replaces: Bool
    private var pending: [UInt8] = []

    init(
        _ store: Store, _ run: RunID, _ token: Int64, _ source: String, after number: Int64 = -1,
        _ cursor: String? = nil, _ bytes: Int = 0, replaces: Bool = false
    ) {
        (self.store, self.run, self.token, self.replaces) = (store, run, token, replaces)
        end = TextEnd(number: number, source: source, cursor: cursor, bytes: bytes)
    }

    /// Where the backend's log continues after all added lines.
    var cursor: LogCursor? { end.cursor.map { LogCursor(rawValue: $0) } }

    mutating func add(_ lines: [LogLine]) {
        for line in lines { ArchivedLine.append(line, to: &pending) }
        if let last = lines.last { end.cursor = last.cursor.rawValue }
    }

    /// Writes the added lines, if they are at least this many bytes. Returns false if the text is full.
    mutating func write(atLeast least: Int = 1) async throws(StoreError) -> Bool {
        guard pending.count >= least else { return true }
        guard end.bytes + pending.count <= RunText.limit else {
            try await finish(because: "The store keeps \(RunText.limit >> 20) MiB of a log.")
            return false
        }
        do throws(StoreError) {
            try await add()
        } catch {
            guard error.code == .refused else { throw error }
            try await finish(because: error.message)
            return false
        }
        return true
    }

    /// Writes a last line in place of the added lines.
    private mutating func finish(because why: String) async throws(StoreError) {
        pending = []
        let notice =
            "launch: \(why) The rest is on \(HostName.current), in \(LogArchive.path(in: store.home.folder(of: run)))."
        ArchivedLine.append(LogLine(text: notice, cursor: LogCursor(rawValue: "")), to: &pending)
        end.cursor = nil
        try await add(isNotice: true)
    }

    private mutating func add(isNotice: Bool = false) async throws(StoreError) {
        var next = end
        next.number += 1
        try await store.add(
            String(decoding: pending, as: UTF8.self), to: .log, of: run, upTo: next, replaces: replaces,
            isNotice: isNotice, token: token)
        next.bytes = (replaces ? 0 : end.bytes) + pending.count
        (end, pending, replaces) = (next, [], false)
    }
}

/// Lines that were read and not written.
private actor PendingLines {
    private var lines: [LogLine] = []
    private var bytes = 0
    private var isAtEnd = false
    private let filled = AsyncEvent()
    private let drained = AsyncEvent()
    /// The reader waits above this number of bytes.
    private static let limit = 1 << 20

    func add(_ batch: [LogLine]) async {
        while bytes > Self.limit, !Task.isCancelled { _ = await drained.wait() }
        lines += batch
        bytes += batch.reduce(0) { $0 + $1.text.utf8.count }
        filled.signal()
    }

    /// Nothing is added any longer.
    func finish() {
        isAtEnd = true
        filled.signal()
    }

    /// Waits for lines. Nil after the last ones.
    func take() async -> [LogLine]? {
        while lines.isEmpty {
            if isAtEnd || Task.isCancelled { return nil }
            _ = await filled.wait()
        }
        defer {
            (lines, bytes) = ([], 0)
            drained.signal()
        }
        return lines
    }
}
