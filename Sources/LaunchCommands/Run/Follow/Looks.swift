internal import LaunchHost

/// Signals when to check runs again: at each change of the store and every second, because an owner that is killed does
/// not ring the doorbell.
final class Looks: Sendable {
    let stream: AsyncStream<Void>
    private let listener: StoreListener
    private let tasks: [Task<Void, Never>]

    init(_ store: Store) async throws {
        let listener = try await store.listen()
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let hearing = Task { for await _ in listener.rings { continuation.yield() } }
        let ticking = Task {
            while (try? await Task.sleep(for: .seconds(1))) != nil { continuation.yield() }
        }
        self.stream = stream
        self.listener = listener
        tasks = [hearing, ticking]
    }

    deinit {
        for task in tasks { task.cancel() }
        listener.close()
    }
}
