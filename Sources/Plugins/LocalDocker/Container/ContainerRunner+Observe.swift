internal import LaunchLocalContainers
internal import FoundationEssentials
internal import LaunchContainerEngine
internal import LaunchPluginKit

extension ContainerRunner {
    /// A container that is created but not started for this long is never started: its submitter has ended.
    private static let startLimit = Duration.seconds(60)

    /// One list call for all runs, and one inspection for each container that has just started or ended.
    /// - Parameter others: the number of observations that the caller already has. A malformed reply about one
    ///   container must not hide them.
    func observe(
        _ handles: [ContainerHandle], besides others: Int = 0
    ) async throws(BackendError) -> [Observation] {
        guard !handles.isEmpty else { return [] }
        let engine = try await tools.connection.client()
        let list = try await engineCall { () async throws(EngineError) in
            try await engine.containers(labels: [RunContainer.runLabel])
        }
        let known = Dictionary(list.map { ($0.id, $0) }) { first, _ in first }
        await memory.keep(only: Set(known.keys))
        var observations: [Observation] = []
        var failure: BackendError?
        for handle in handles {
            guard let summary = known[handle.container] else {
                observations.append(Self.missing(handle.runID))
                continue
            }
            do throws(BackendError) {
                observations.append(try await observation(of: handle.runID, summary, engine))
            } catch {
                guard error.category == .malformed else { throw error }
                failure = error
            }
        }
        if let failure, observations.isEmpty, others == 0 { throw failure }
        return observations
    }

    /// The observation of a container that does not exist.
    static func missing(_ runID: RunID) -> Observation {
        Observation(
            runID: runID, phase: .missing,
            cause: Cause(.lost, "the container \(RunContainer.name(runID)) no longer exists"),
            backendStatus: "removed")
    }

    private func observation(
        of runID: RunID, _ summary: ContainerSummary, _ engine: EngineClient
    ) async throws(BackendError) -> Observation {
        if let end = await memory.end(of: summary.id) { return end }
        let isStopping = await memory.stop(of: summary.id) != nil
        if summary.state == "running", let start = await memory.start(of: summary.id) {
            return Self.live(runID, summary.state, start, summary.labels, isStopping: isStopping)
        }
        let inspected = try await engineCall { () async throws(EngineError) in try await engine.container(summary.id) }
        guard let info = inspected, info.state.status != "removing" else { return Self.missing(runID) }
        if info.state.hasEnded {
            let stop = await memory.stop(of: info.id)
            // Only the engine's reply to the stop shows whether the stop ended the container, so wait for it.
            if case .ordered = stop { return Self.live(runID, info.state, info.labels, isStopping: true) }
            if stop == nil, info.mayStillBeOutOfMemory {
                return Self.live(runID, info.state, info.labels, isStopping: false)
            }
            let end = Ending(info, wasStopped: stop != nil).observation(of: runID)
            await memory.note(info.id, ended: end)
            return end
        }
        if info.state.status == "created" { return Self.notStarted(runID, info) }
        await memory.note(info.id, started: info.state.startedAt)
        return Self.live(runID, info.state, info.labels, isStopping: isStopping)
    }

    private static func notStarted(_ runID: RunID, _ info: ContainerInfo) -> Observation {
        let age = info.createdAt.map { EngineTime.now.nanoseconds - $0.nanoseconds } ?? 0
        guard Duration.nanoseconds(age) > startLimit else {
            return Observation(runID: runID, phase: .starting, backendStatus: "created")
        }
        return Observation(
            runID: runID, phase: .failed,
            cause: Cause(
                .submit,
                "the container was made but never started: the program that submitted it ended in between, or "
                    + "the engine could not start it"
                    + (info.state.error.isEmpty ? "" : " (\(info.state.error))")),
            backendStatus: "created", endedAt: info.createdAt?.date)
    }

    private static func live(
        _ runID: RunID, _ state: ContainerInfo.State, _ labels: [String: String], isStopping: Bool
    ) -> Observation {
        live(runID, state.status, state.startedAt, labels, isStopping: isStopping)
    }

    private static func live(
        _ runID: RunID, _ status: String, _ startedAt: EngineTime?, _ labels: [String: String], isStopping: Bool
    ) -> Observation {
        // The label may come from another program, so only a valid duration counts.
        let limit = labels[RunContainer.timeLimitLabel].flatMap { Double($0) }
            .flatMap { (0...Duration.mostSeconds).contains($0) ? $0 : nil }
        let start = startedAt?.date
        return Observation(
            runID: runID, phase: isStopping ? .stopping : .running, backendStatus: status, startedAt: start,
            deadline: start.flatMap { start in limit.map { start.addingTimeInterval($0) } })
    }
}
