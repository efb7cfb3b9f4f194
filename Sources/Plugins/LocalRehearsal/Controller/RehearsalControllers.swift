internal import LaunchLocalContainers
internal import LaunchPluginKit
internal import Synchronization

/// The rehearsal controllers of this process, one per job.
actor RehearsalControllers {
    nonisolated let tools: RehearsalTools
    private var living: [RunID: RehearsalController] = [:]
    /// Signals that a job may have changed.
    nonisolated let changes = ChangeSignals()

    init(_ tools: RehearsalTools) {
        self.tools = tools
    }

    /// Begins a job, or continues the one that an earlier call began with the same request.
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
        _ = try controller(of: runID)
    }

    /// True if the job was begun. Its controller then runs. Without a home, no job exists.
    func knows(_ runID: RunID) throws(BackendError) -> Bool {
        guard (try? tools.folder(of: runID)) != nil else { return false }
        return try controller(of: runID) != nil
    }

    /// The controller of a job that any process has begun; nil if the job is unknown. Starts the controller on first
    /// use.
    func controller(of runID: RunID) throws(BackendError) -> RehearsalController? {
        if let known = living[runID] { return known }
        let folder = try tools.folder(of: runID)
        guard let intent = try folder.intent(), let plan = intent.job.rehearsalPlan else { return nil }
        let made = RehearsalController(
            runID, intent, plan, folder: folder, tools: tools, state: try folder.state() ?? RehearsalState(),
            changes: changes)
        living[runID] = made
        Task { await made.start() }
        return made
    }

    /// Ends a job in any stage and removes all its parts.
    func release(_ runID: RunID) async throws(BackendError) {
        if let known = living[runID] { await known.leave() }
        let engine = try await tools.engine.connection.client()
        try await HostContainers.remove(runID, engine)
        try await forget(runID)
    }

    /// Removes a job's folder. Its containers and networks must be gone.
    func forget(_ runID: RunID) async throws(BackendError) {
        if let known = living[runID] { await known.leave() }
        try tools.folder(of: runID).remove()
        living[runID] = nil
    }
}

/// Signals many listeners that something may have changed.
package final class ChangeSignals: Sendable {
    private let listeners = Mutex<[Int: AsyncStream<Void>.Continuation]>([:])
    private let count = Mutex(0)

    func signal() {
        for listener in listeners.withLock({ Array($0.values) }) { listener.yield() }
    }

    /// Forwards signals until the listener is removed. Returns its number.
    package func add(_ listener: AsyncStream<Void>.Continuation) -> Int {
        let number = count.withLock { count in
            count += 1
            return count
        }
        listeners.withLock { $0[number] = listener }
        return number
    }

    package func remove(_ number: Int) {
        listeners.withLock { $0[number] = nil }
    }
}
