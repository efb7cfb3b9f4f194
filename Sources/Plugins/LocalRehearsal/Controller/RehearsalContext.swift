internal import LaunchLocalContainers
internal import LaunchPluginKit

/// What the parts of one rehearsal share: its job, its folder, the services, and the way to its state machine.
struct RehearsalContext: Sendable {
    let runID: RunID
    let intent: RehearsalFolder.Intent
    let plan: RehearsalPlan
    let folder: RehearsalFolder
    let tools: RehearsalTools
    /// Sends an event to the state machine, and carries out what follows from it.
    let send: @Sendable (RehearsalMachine.Event) async throws(BackendError) -> Void

    var job: ContainerJob { intent.job }

    /// Sends a report of progress, in order to nothing else.
    func post(_ event: RehearsalMachine.Event) {
        let send = send
        Task { try? await send(event) }
    }

    /// The containers of an attempt.
    func containers(attempt: Int) async throws(BackendError) -> HostContainers {
        HostContainers(
            engine: try await tools.engine.connection.client(), images: tools.engine.images, job: job,
            rehearsalPlan: plan, runID: runID, fingerprint: intent.fingerprint, attempt: attempt,
            home: tools.engine.homeIdentity)
    }

    func packer(_ containers: HostContainers) -> ResultPacker {
        ResultPacker(
            engine: containers.engine, objects: tools.objects, folder: folder.results, limits: tools.limits
        ) { message in post(.transferred(.uploading, message)) }
    }
}
