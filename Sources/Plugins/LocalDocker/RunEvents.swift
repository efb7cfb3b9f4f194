internal import LaunchLocalRehearsal
internal import LaunchLocalContainers
internal import LaunchConcurrency
internal import LaunchContainerEngine

/// Signals that a run may have changed.
enum RunEvents {
    private static let actions: Set = [
        "create", "start", "restart", "die", "oom", "kill", "stop", "pause", "unpause", "destroy",
    ]

    /// A signal for each event of a run's container, for each of `changes`, and after every new connection, because
    /// events may have been lost.
    static func stream(of connection: EngineConnection, and changes: ChangeSignals) -> AsyncStream<Void> {
        // A signal means "observe again", so one pending signal is enough.
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let task = Task {
                let backoff = Backoff(first: .milliseconds(200), longest: .seconds(10))
                var attempts = 0
                while !Task.isCancelled {
                    let began = ContinuousClock.now
                    await listen(connection, continuation)
                    if ContinuousClock.now - began > .seconds(10) { attempts = 0 }
                    attempts += 1
                    try? await Task.sleep(for: backoff.delay(after: attempts))
                }
                continuation.finish()
            }
            let number = changes.add(continuation)
            continuation.onTermination = { _ in
                task.cancel()
                changes.remove(number)
            }
        }
    }

    /// Forwards events until the connection ends.
    private static func listen(_ connection: EngineConnection, _ signals: AsyncStream<Void>.Continuation) async {
        do {
            var events = try await connection.client().events(labels: [RunContainer.runLabel])
            signals.yield()
            while let event = try await events.next() {
                if actions.contains(event.action) { signals.yield() }
            }
        } catch {
            // The engine is not reachable. The next `observe` gets the same error and reports it.
        }
    }
}
