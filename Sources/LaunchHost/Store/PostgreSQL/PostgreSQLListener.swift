internal import Glibc
internal import LaunchConcurrency
internal import LaunchPostgreSQL
internal import Synchronization

/// Rings when the server notifies of a change, and at least once in each pause, because notifications can be lost while the
/// connection is broken. Behind a connection pooler, where LISTEN does not last, it only rings once in each pause.
enum PostgreSQLListener {
    /// The longest time without a ring.
    private static let pause = Duration.seconds(1)

    /// Starts a thread with a connection of its own.
    static func start(
        pooling: PostgresSettings.Pooling, parameters: @escaping @Sendable () throws(StoreError) -> [String: String]
    ) -> StoreListener {
        let (rings, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let state = State()
        let started = QuietThread.start(state) { state in
            while !state.isClosed {
                do {
                    let connection = try PQConnection(
                        parameters: try parameters(), statements: pooling.statements)
                    guard !connection.isPooled else {
                        connection.close()
                        break
                    }
                    try connection.script("LISTEN launch")
                    // What changed before LISTEN was not notified.
                    continuation.yield()
                    while !state.isClosed {
                        _ = try connection.notified(within: pause)
                        continuation.yield()
                    }
                } catch {
                    // The calls of the store report what is wrong with the server.
                    usleep(1_000_000)
                    continuation.yield()
                }
            }
            while !state.isClosed {
                continuation.yield()
                usleep(1_000_000)
            }
            continuation.finish()
        }
        if !started { continuation.finish() }
        return StoreListener(rings) { state.close() }
    }

    private final class State: Sendable {
        private let closed = Atomic(false)

        var isClosed: Bool { closed.load(ordering: .relaxed) }

        func close() { closed.store(true, ordering: .relaxed) }
    }
}
