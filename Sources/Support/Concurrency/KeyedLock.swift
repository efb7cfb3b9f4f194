internal import Synchronization

/// A mutual exclusion lock per key. Tasks get the lock of a key in the order of their calls.
public final class KeyedLock<Key: Hashable & Sendable>: Sendable {
    private struct Entry {
        let semaphore = AsyncSemaphore(permits: 1)
        /// The tasks that hold the lock or wait for it.
        var users = 0
    }

    private let entries = Mutex<[Key: Entry]>([:])

    /// A lock that no task holds.
    public init() {}

    /// The number of keys that a task holds or waits for.
    public var keysInUse: Int { entries.withLock(\.count) }

    /// Runs `body` while no other task holds `key`.
    /// - Throws: `cancelled` if the task is cancelled before it holds the key, or what `body` throws.
    public func withLock<Value, Failure: Error>(
        _ key: Key, orThrow cancelled: @autoclosure () -> Failure, isolation: isolated (any Actor)? = #isolation,
        _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let semaphore = entries.withLock { entries in
            entries[key, default: Entry()].users += 1
            return entries[key, default: Entry()].semaphore
        }
        defer {
            entries.withLock { entries in
                entries[key]?.users -= 1
                if entries[key]?.users == 0 { entries[key] = nil }
            }
        }
        return try await semaphore.withPermit(orThrow: cancelled(), body)
    }
}
