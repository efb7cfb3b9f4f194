internal import ContainerEngine
internal import FoundationEssentials
public import LaunchPluginKit

extension LocalDockerRunner {
    /// A container that is created but not started for this long is never started: its submitter has ended.
    private static let startLimit = Duration.seconds(60)

    /// One list call for all runs, and one inspection for each container that has just started or ended.
    public func observe(_ handles: [RunHandle]) async throws(BackendError) -> [Observation] {
        var observations = try await observeJobs(handles.filter(HostNames.isOne))
        let handles = handles.filter { !HostNames.isOne($0) }
        guard !handles.isEmpty else { return observations }
        let engine = try await connection.client()
        let list = try await engineCall { () async throws(EngineError) in
            try await engine.containers(labels: [RunContainer.runLabel])
        }
        let known = Dictionary(list.map { ($0.id, $0) }) { first, _ in first }
        await memory.keep(only: Set(known.keys))
        var failure: BackendError?
        for handle in handles {
            // A stored handle without a container ID cannot name an existing container.
            guard let id = try? Self.containerID(of: handle), let summary = known[id] else {
                observations.append(Self.missing(handle.runID))
                continue
            }
            do throws(BackendError) {
                observations.append(try await observation(of: handle.runID, summary, engine))
            } catch {
                // A malformed reply about one container must not hide the others.
                guard error.category == .malformed else { throw error }
                failure = error
            }
        }
        if let failure, observations.isEmpty { throw failure }
        return observations
    }

    private static func missing(_ runID: RunID) -> Observation {
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
            if stop == nil, Self.mayStillBeOutOfMemory(info) {
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

    /// True while the engine may not yet know that memory was the reason. It may learn of a killed container's end a
    /// moment before it learns of the out-of-memory event.
    static func mayStillBeOutOfMemory(_ info: ContainerInfo) -> Bool {
        guard info.state.exitCode == 137, !info.state.outOfMemory, info.memoryLimit != nil,
            let finished = info.state.finishedAt
        else { return false }
        // An engine whose clock is ahead may report an end in the future. Do not wait for that.
        return (0..<2_000_000_000).contains(EngineTime.now.nanoseconds - finished.nanoseconds)
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
