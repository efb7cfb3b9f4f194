internal import ContainerEngine
public import LaunchPluginKit

extension LocalDockerRunner {
    /// Pulls the job's image if the engine does not have it.
    public func prepare(
        for request: RunRequest, progress: @escaping @Sendable (BuildProgress) -> Void
    ) async throws(BackendError) {
        let image = try Self.job(of: request).image
        let engine = try await connection.client()
        let isThere = try await engineCall { () async throws(EngineError) in
            try await engine.image(image.reference) != nil
        }
        if !isThere { try await images.pull(image, onto: engine, progress: progress) }
    }

    /// Creates and starts the run's container, or returns the one that an earlier call created from the same request.
    ///
    /// - Throws: `conflict` if the name belongs to another container, `invalid` if the container cannot be started.
    ///   Nothing remains after an error.
    public func submit(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle {
        let job = try Self.job(of: request)
        let fingerprint = try RunContainer.fingerprint(of: request)
        let engine = try await connection.client()
        if let rehearsalPlan = job.rehearsalPlan {
            return try await begin(job, rehearsalPlan, fingerprint, as: runID)
        }
        let submission = Submission(
            engine: engine, images: images, job: job, runID: runID, fingerprint: fingerprint,
            home: controllers.tools.homeIdentity)
        return try await submissions.withLock(runID) { () async throws(BackendError) in
            Self.handle(runID, container: try await submission.container())
        }
    }

    /// The container of the run. A container that was created but never started counts: submitting again starts it.
    public func find(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle? {
        if try await controllers.knows(runID) { return HostNames.handle(runID) }
        let engine = try await connection.client()
        let found = try await engineCall { () async throws(EngineError) in
            try await engine.container(RunContainer.name(runID))
        }
        guard let found, found.labels[RunContainer.runLabel] == runID.rawValue else { return nil }
        return Self.handle(runID, container: found.id)
    }

    /// Checks that the engine responds, by requesting a container that does not exist.
    public func reach() async throws(BackendError) {
        let engine = try await connection.client()
        _ = try await engineCall { () async throws(EngineError) in
            try await engine.container(RunContainer.name(.random()))
        }
    }
}

/// One attempt to start a run's container.
struct Submission {
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
                case .notFound where error.message.lowercased().contains("no such image"):
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
            case .notFound where error.message.lowercased().contains("no such container"): return false
            default:
                try await engineCall { () async throws(EngineError) in try await engine.removeContainer(id) }
                throw StartFailure.error(error, job)
            }
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

/// Classifies an engine's refusal to start a container.
enum StartFailure {
    /// Parts of messages about failures that may pass; all others are errors of the request.
    private static let passing = [
        "no space left", "timeout", "deadline exceeded", "connection refused", "cannot allocate memory",
        "resource temporarily unavailable", "too many open files", "device or resource busy",
    ]

    static func error(_ error: EngineError, _ job: ContainerJob) -> BackendError {
        let words = error.message.lowercased()
        if passing.contains(where: { words.contains($0) }) {
            return BackendError(.transient, "The engine could not start the container. \(error.message)")
        }
        return BackendError(.invalid, "The container cannot be started. \(error.message)", hint: hint(words, job))
    }

    private static func hint(_ words: String, _ job: ContainerJob) -> String? {
        if words.contains("exec:") || words.contains("executable file") {
            let program = job.entryPoint?.first ?? job.arguments?.first
            return program.map { "Check that the image \(job.image.name) has the program '\($0)' and may run it." }
        }
        if words.contains("unable to find user") || words.contains("unable to find group") {
            return "Use a number, or a name that the image's /etc/passwd and /etc/group have."
        }
        if words.contains("device driver"), job.resources.gpus != nil {
            return "The engine has no GPU runtime; install the NVIDIA container toolkit, or remove 'gpus'."
        }
        if words.contains("storage-opt") || words.contains("storage opt") {
            return
                "The engine's storage driver cannot limit a container's disk. Remove 'storage_size' from the template, "
                + "or use an engine with overlay2 on XFS (mounted with pquota), btrfs or zfs."
        }
        if words.contains("capability") || words.contains("operation not permitted"), job.hardening != nil {
            return "The container is hardened: see cap_drop, cap_add and no_new_privileges of the queue's template."
        }
        if words.contains("read-only file system"), job.hardening?.readOnlyRoot == true {
            return "The root file system is read-only: add the folder to 'writable' in the queue's template."
        }
        if words.contains("network"), let network = job.network {
            return "Create the network with 'docker network create \(network)', or choose another."
        }
        return nil
    }
}
