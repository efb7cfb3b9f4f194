internal import Synchronization

/// Reads the log of a run: from the backend during the run, from the archive after it. Every line is read once, even if
/// the run ends and its log moves to the archive during the reading.
///
/// The log of a run that other machines may drive is in the shared store, unless its backend keeps it.
public struct RunLogReader: Sendable {
    private let store: Store
    private let backends: Backends
    private let clock: HostClock

    public init(store: Store, backends: Backends, clock: HostClock = .system) {
        self.store = store
        self.backends = backends
        self.clock = clock
    }

    /// Calls `body` with one batch after another. With `follow` it waits for new lines and returns when the run has
    /// ended. Without `follow` it returns after the existing lines.
    /// - Throws: `StoreError`, `BackendError`, and the errors of `body`.
    public func read(_ id: RunID, follow: Bool, _ body: ([LogLine]) throws -> Void) async throws {
        let listener = follow ? try await store.listen() : nil
        defer { listener?.close() }
        var rings = listener?.rings.makeAsyncIterator()
        var count = 0
        while true {
            let run = try await store.run(id)
            let archive = LogArchive(path: LogArchive.path(in: store.home.folder(of: id)))
            if archive.exists {
                for try await batch in archive.read(from: LogCursor(rawValue: String(count))) { try body(batch) }
                return
            }
            if isCopied(run) { return try await readCopy(of: id, follow: follow, body) }
            if let handle = run.handle, count == 0 {
                do {
                    let runner = try backends.runner(for: run)
                    for try await batch in runner.logs(handle, from: nil, follow: follow) {
                        count += batch.count
                        try body(batch)
                    }
                    if !follow { return }
                } catch let error as BackendError where error.category == .notFound {
                    // The run ended and was released between two reads. The rest of its log is in the archive.
                }
            }
            if try await store.run(id).state.isTerminal, !archive.exists { return }
            if !archive.exists {
                guard follow, await rings?.next() != nil else { return }
            }
        }
    }

    /// Whether the agent copies the log of the run to the store.
    private func isCopied(_ run: RunRecord) -> Bool {
        guard store.isShared else { return false }
        return (try? backends.capabilities(for: run))?.keepsLogs == false
    }

    private func readCopy(
        of id: RunID, follow: Bool, _ body: ([LogLine]) throws -> Void
    ) async throws {
        var next: Int64 = 0
        var count = 0
        while true {
            // What a run has printed is in the store before its end is.
            let hasEnded = try await store.run(id).state.isTerminal
            let parts = try await store.parts(of: .log, of: id, from: next)
            for part in parts {
                let lines = ArchivedLine.parse(lines: part.data, after: count)
                count += lines.count
                next = part.number + 1
                if !lines.isEmpty { try body(lines) }
            }
            guard parts.isEmpty else { continue }
            if hasEnded || !follow { return }
            try await clock.sleep(.seconds(1))
        }
    }
}
