internal import Synchronization

/// Reads the log of a run: from the backend during the run, from the archive after it. Every line is read once, even if
/// the run ends and its log moves to the archive during the reading.
public struct RunLogReader: Sendable {
    private let store: Store
    private let backends: Backends

    public init(store: Store, backends: Backends) {
        self.store = store
        self.backends = backends
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
}
