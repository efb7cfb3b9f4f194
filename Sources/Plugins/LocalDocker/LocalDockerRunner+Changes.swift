internal import ContainerEngine
internal import LaunchPluginKit

extension LocalDockerRunner {
    private static let tellingActions: Set = [
        "create", "start", "restart", "die", "oom", "kill", "stop", "pause", "unpause", "destroy",
    ]

    /// A signal for each event of a run's container, and after every new connection, because events may have been
    /// lost.
    public func changes() -> AsyncStream<Void>? {
        let connection = connection
        let pulses = controllers.pulses
        // A signal means "observe again", so one pending signal is enough.
        return AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let task = Task {
                var pause = Duration.milliseconds(200)
                while !Task.isCancelled {
                    let began = ContinuousClock.now
                    await Self.listen(connection, continuation)
                    if ContinuousClock.now - began > .seconds(10) { pause = .milliseconds(200) }
                    try? await Task.sleep(for: pause)
                    pause = min(pause * 2, .seconds(10))
                }
                continuation.finish()
            }
            let number = pulses.add(continuation)
            continuation.onTermination = { _ in
                task.cancel()
                pulses.remove(number)
            }
        }
    }

    /// Forwards events until the connection ends.
    private static func listen(_ connection: EngineConnection, _ pulses: AsyncStream<Void>.Continuation) async {
        do {
            var events = try await connection.client().events(labels: [RunContainer.runLabel])
            pulses.yield()
            while let event = try await events.next() {
                if tellingActions.contains(event.action) { pulses.yield() }
            }
        } catch {
            // The engine is not reachable. The next `observe` gets the same error and reports it.
        }
    }
}
