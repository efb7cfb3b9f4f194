internal import Synchronization

/// A run's log wherever it is: with the backend while the run lives, in the archive afterwards. Every line comes once,
/// also when the run ends and its log moves while it is read.
public struct RunLogReader: Sendable {
    private let store: Store
    private let backends: Backends

    /// A reader of the runs of that store.
    public init(store: Store, backends: Backends) {
        self.store = store
        self.backends = backends
    }

    /// Calls `body` with batch after batch. With `follow` it waits for what is to come and returns when the run has
    /// ended; without, it returns after what there is now.
    /// - Throws: `StoreError`, `BackendError`, and whatever `body` throws.
    public func read(_ id: RunID, follow: Bool, _ body: ([LogLine]) throws -> Void) async throws {
        let listener = follow ? try store.listen() : nil
        defer { listener?.close() }
        var rings = listener?.rings.makeAsyncIterator()
        var count = 0
        while true {
            let run = try store.run(id)
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
                    // The run has ended and was released between two looks: the rest is in the archive.
                }
            }
            if try store.run(id).state.isTerminal, !archive.exists { return }
            if !archive.exists {
                guard follow, await rings?.next() != nil else { return }
            }
        }
    }
}
