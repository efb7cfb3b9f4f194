internal import LaunchConcurrency
import Synchronization

/// How long a program waits for a store that is locked, full or away, and what it says then.
package final class StorePatience: Sendable {
    private let limit: Duration
    private let deadline: ContinuousClock.Instant?
    private let note: @Sendable (String) -> Void
    private let isNoted = Mutex(false)
    private static let backoff = Backoff(first: .milliseconds(200), longest: .seconds(5), jitter: .around(0.2))

    /// - Parameters:
    ///   - limit: for one call; nil waits without an end.
    ///   - deadline: for all calls.
    ///   - note: gets the message of the first error of an outage.
    package init(
        limit: Duration? = nil, deadline: ContinuousClock.Instant? = nil, note: @escaping @Sendable (String) -> Void
    ) {
        self.limit = limit ?? .seconds(366_000 * 86_400)
        self.deadline = deadline
        self.note = note
    }

    /// Calls `body` until it succeeds, fails for good, the limit is over, or the task is cancelled.
    /// - Parameter message: the message of an error that may pass by itself; nil for other errors.
    package func insisting<Value, Failure: Error>(
        _ message: (Failure) -> String?, _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let end = min(ContinuousClock.now + limit, deadline ?? .now + limit)
        var attempt = 0
        while true {
            do throws(Failure) {
                let value = try await body()
                if attempt > 0 { isNoted.withLock { $0 = false } }
                return value
            } catch {
                let rest = end - .now
                guard let message = message(error), rest > .zero, !Task.isCancelled else { throw error }
                attempt += 1
                let isFirst = isNoted.withLock { isNoted in
                    defer { isNoted = true }
                    return !isNoted
                }
                if isFirst { note(message) }
                try? await Task.sleep(for: min(Self.backoff.delay(after: attempt), rest))
            }
        }
    }
}

extension StoreError {
    /// The message of an error that may pass by itself; nil for other errors. A host name that does not resolve is a
    /// misspelt one in most cases.
    package var temporaryMessage: String? { isTemporary && code != .unknownHost ? message : nil }
}
