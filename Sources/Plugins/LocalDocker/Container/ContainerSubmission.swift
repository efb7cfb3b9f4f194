internal import LaunchLocalContainers
internal import LaunchLocalRehearsal
internal import LaunchContainerEngine
internal import LaunchPluginKit

/// One attempt to start a run's container.
struct ContainerSubmission {
    /// For this long after its creation, only the creator starts a container. The engine has no "start unless it ever
    /// ran", so starting another process's container could run a short job twice.
    private static let creatorsTime = Duration.seconds(10)
    /// How long a name may be reserved without a container. A loaded engine takes seconds to create one.
    private static let reservationTime = Duration.seconds(60)

    let engine: EngineClient
    let images: ImagePulls
    let job: ContainerJob
    let runID: RunID
    let fingerprint: String
    /// The identity of this program's home; nil without a home.
    let home: String?
    /// The folder of this machine with the job's code; nil for a job without.
    let codeFolder: String?

    private var name: String { RunContainer.name(runID) }

    /// Starts the run's container and returns its ID.
    func container() async throws(BackendError) -> String {
        let spec = RunContainer.spec(job, runID: runID, fingerprint: fingerprint, home: home)
        // Each round except the last ends with a change that makes the next round take another path.
        var rounds = 4
        let began = ContinuousClock.now
        while rounds > 0 {
            rounds -= 1
            do {
                let id = try await engine.createContainer(spec, name: name)
                if try await start(id) { return id }
            } catch let error as EngineError {
                switch error.code {
                case .conflict:
                    if let id = try await adopt() { return id }
                    // The engine reserves a name before it shows the container: another creator is active, or has
                    // failed.
                    if ContinuousClock.now - began < Self.reservationTime {
                        rounds += 1
                        try await pause()
                    }
                case .notFound where error.says(.noSuchImage):
                    try await images.pull(job.image, onto: engine)
                case .server, .invalid: throw StartFailure.error(error, job)
                default: throw BackendError(error)
                }
            } catch let error as BackendError {
                throw error
            } catch {
                throw BackendError(.internalFault, "\(error)")
            }
        }
        throw BackendError(.transient, "The container \(name) is also created and removed by another program.")
    }

    /// Starts a container that is not started yet. False if it was removed meanwhile.
    private func start(_ id: String) async throws(BackendError) -> Bool {
        let made = try await engineCall { () async throws(EngineError) in try await engine.container(id) }
        guard let made else { return false }
        do throws(BackendError) {
            try StartLimits.check(made)
            if job.codeDigest != nil { try await copyCode(to: id) }
        } catch {
            try await engineCall { () async throws(EngineError) in try await engine.removeContainer(id) }
            throw error
        }
        do {
            try await engine.startContainer(id)
            return true
        } catch {
            switch error.code {
            case .cancelled, .notReachable, .interrupted: throw BackendError(error)
            case .notFound where error.says(.noSuchContainer): return false
            default:
                try await engineCall { () async throws(EngineError) in try await engine.removeContainer(id) }
                throw StartFailure.error(error, job)
            }
        }
    }

    /// Copies the code into a container that has not started. A second copy writes the same bytes.
    private func copyCode(to id: String) async throws(BackendError) {
        guard let codeFolder else {
            throw BackendError(.internalFault, "The folder with the code of run \(runID) is not known.")
        }
        let archive = HostArchive(try CodeCopy.entries(of: codeFolder))
        do throws(EngineError) {
            try await engine.putArchive(into: id, path: CodeChannel.folder) { try await archive.next() }
        } catch {
            if let failure = await archive.failure { throw failure }
            throw BackendError(error)
        }
    }

    /// Takes over the container that has the name; nil if it no longer exists.
    private func adopt() async throws(BackendError) -> String? {
        while true {
            let found = try await engineCall { () async throws(EngineError) in try await engine.container(name) }
            guard let found else { return nil }
            guard found.labels[RunContainer.runLabel] == runID.rawValue else {
                throw BackendError(
                    .conflict, "A container named \(name) exists that does not belong to a run.",
                    hint: "Rename or remove it.")
            }
            guard found.labels[RunContainer.requestLabel] == fingerprint else {
                throw BackendError(
                    .conflict, "The run \(runID) was submitted before with another request, as container \(name).",
                    hint: "Stop and release that run first, or use another run ID.")
            }
            guard found.state.status == "created" else { return found.id }
            let age = found.createdAt.map { EngineTime.now.nanoseconds - $0.nanoseconds } ?? .max
            if Duration.nanoseconds(age) > Self.creatorsTime {
                return try await start(found.id) ? found.id : nil
            }
            try await pause()
        }
    }

    private func pause() async throws(BackendError) {
        do {
            try await Task.sleep(for: .milliseconds(50))
        } catch {
            throw BackendError(.cancelled, "The submission of run \(runID) was cancelled.")
        }
    }
}
