internal import LaunchHost
internal import Synchronization

/// The attendants of this process, one a job with surroundings.
actor Attendants {
    nonisolated let tools: RehearsalTools
    private var living: [RunID: Attendant] = [:]
    /// Told whenever a job may have changed.
    nonisolated let pulses = Pulses()

    init(_ tools: RehearsalTools) {
        self.tools = tools
    }

    /// Begins a job, or goes on with the one that an earlier call began from the same request.
    func begin(
        _ job: ContainerJob, as runID: RunID, fingerprint: String
    ) async throws(BackendError) {
        let folder = try tools.folder(of: runID)
        if let known = try folder.intent() {
            guard known.fingerprint == fingerprint else {
                throw BackendError(
                    .conflict, "The run \(runID) was submitted before with another request.",
                    hint: "Stop and release that run first, or use another run ID.")
            }
        } else {
            try folder.begin(RehearsalFolder.Intent(fingerprint: fingerprint, job: job))
        }
        _ = try attendant(of: runID)
    }

    /// Whether such a job was begun; then it is attended from now on. Without a home nothing can have been.
    func knows(_ runID: RunID) throws(BackendError) -> Bool {
        guard (try? tools.home()) != nil else { return false }
        return try attendant(of: runID) != nil
    }

    /// The attendant of a job that was begun, by whichever process; nil where nothing is known of it.
    func attendant(of runID: RunID) throws(BackendError) -> Attendant? {
        if let known = living[runID] { return known }
        let folder = try tools.folder(of: runID)
        guard let intent = try folder.intent(), let surroundings = intent.job.surroundings else { return nil }
        let made = Attendant(
            runID, intent, surroundings, folder: folder, tools: tools, state: try folder.state() ?? RehearsalState(),
            pulses: pulses)
        living[runID] = made
        Task { await made.start() }
        return made
    }

    /// Ends a job at whatever stage it is, and removes everything of it.
    func release(_ runID: RunID) async throws(BackendError) {
        if let known = living[runID] { await known.leave() }
        let engine = try await tools.connection.client()
        try await HostContainers.remove(runID, engine)
        try await forget(runID)
    }

    /// Removes a job's folder; what it has in the engine is gone already.
    func forget(_ runID: RunID) async throws(BackendError) {
        if let known = living[runID] { await known.leave() }
        try tools.folder(of: runID).remove()
        living[runID] = nil
    }
}

/// Tells many listeners that something may have changed.
final class Pulses: Sendable {
    private let listeners = Mutex<[Int: AsyncStream<Void>.Continuation]>([:])
    private let count = Mutex(0)

    func signal() {
        for listener in listeners.withLock({ Array($0.values) }) { listener.yield() }
    }

    /// Passes pulses on until the listener ends.
    func add(_ listener: AsyncStream<Void>.Continuation) -> Int {
        let number = count.withLock { count in
            count += 1
            return count
        }
        listeners.withLock { $0[number] = listener }
        return number
    }

    func remove(_ number: Int) {
        listeners.withLock { $0[number] = nil }
    }
}
