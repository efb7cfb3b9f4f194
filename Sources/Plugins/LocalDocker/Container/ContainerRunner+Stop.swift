internal import LaunchLocalContainers
internal import LaunchConcurrency
internal import LaunchContainerEngine
internal import LaunchPluginKit

extension ContainerRunner {
    /// How long to wait for the engine's reply before a stop counts as accepted.
    private static let takeLimit = Duration.seconds(1)

    /// Sends SIGTERM, and SIGKILL after `grace` or after the grace period that the job gave the container.
    ///
    /// The engine waits and kills by itself, even if this program ends meanwhile. So the call returns when the
    /// container has ended, or one second after the engine got the request.
    func stop(_ handle: ContainerHandle, grace: Duration?) async throws(BackendError) {
        let id = handle.container
        let engine = try await tools.connection.client()
        let found = try await engineCall { () async throws(EngineError) in try await engine.container(id) }
        guard let found, !found.state.hasEnded else { return }
        switch found.state.status {
        case "created":
            try await engineCall { () async throws(EngineError) in try await engine.removeContainer(id) }
            return
        case "paused":
            try await tolerating([.conflict, .notFound, .server]) { () async throws(EngineError) in
                try await engine.unpauseContainer(id)
            }
        default: break
        }
        guard grace.map({ $0 > .zero }) ?? true else { return try await kill(id, engine) }
        guard await memory.orderStop(id) else { return }
        try await order(id, grace, engine)
    }

    private func kill(_ id: String, _ engine: EngineClient) async throws(BackendError) {
        let isFirst = await memory.orderStop(id)
        do {
            try await engine.killContainer(id, signal: "SIGKILL")
            _ = try await engine.waitForContainer(id)
            await memory.finishStop(id, didStop: true)
        } catch {
            // An earlier stop request is completed by the call that made it.
            if isFirst { await memory.finishStop(id, didStop: false) }
            guard [.conflict, .notFound].contains(error.code) else { throw BackendError(error) }
        }
    }

    /// Sends the stop in a task of its own. The task ends with the engine's reply, at the latest shortly after the
    /// grace period.
    private func order(_ id: String, _ grace: Duration?, _ engine: EngineClient) async throws(BackendError) {
        let memory = memory
        let answer = SingleValueFuture<EngineError?>()
        Task {
            do throws(EngineError) {
                let didStop = try await engine.stopContainer(id, grace: grace)
                await memory.finishStop(id, didStop: didStop)
                answer.set(nil)
            } catch {
                await memory.finishStop(id, didStop: false)
                answer.set(error)
            }
        }
        Task {
            try? await Task.sleep(for: Self.takeLimit)
            answer.set(nil)
        }
        if let answer = await answer.value, ![.conflict, .notFound].contains(answer.code) {
            throw BackendError(answer)
        }
    }

    private func tolerating(
        _ codes: Set<EngineError.Code>, _ body: () async throws(EngineError) -> Void
    ) async throws(BackendError) {
        do {
            try await body()
        } catch {
            guard codes.contains(error.code) else { throw BackendError(error) }
        }
    }
}
