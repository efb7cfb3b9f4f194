internal import ContainerEngine
internal import FoundationEssentials
internal import LaunchPluginKit

/// Running: the hosts run.
extension RehearsalController {
    /// Waits for the end of all hosts. Meanwhile runs the helpers, stops and drills.
    func run() async throws(BackendError) {
        let containers = try await containers()
        guard let members = try await containers.members() else { return try lost() }
        if !hasStarted {
            // It is unknown whether an earlier stop found a running host, but it is likely.
            stopFound = state.stop != nil || state.drill != nil
            try await takeOver(containers, members)
            hasStarted = true
        }
        if state.stop != nil {
            show(.stopping, "")
            try await deliverStop()
        } else if state.drill != nil, state.attempt == 1 {
            try await deliverStop()
        }
        startHelpers(containers, members)
        await withTaskGroup(of: Void.self) { group in
            for member in members { group.addTask { await containers.wait(for: member) } }
            await group.waitForAll()
        }
        if Task.isCancelled { throw BackendError(.cancelled, "The observation of run \(runID) was cancelled.") }
        hostsHaveEnded = true
        await endHelpers()
        await awaitStops()
        if state.stop == nil, let order = try folder.order() {
            state.stop = order
            stopFound = true
        }
        try await note(members, containers)
        if state.stop != nil {
            state.didStop = stopFound
        } else if state.drill != nil, state.attempt == 1, stopFound {
            try await syncAll(members)
            return try restart()
        }
        try move(to: .collecting)
    }

    /// Takes over hosts that another process started. They continue, but a partly read pipe cannot be filled from its
    /// middle.
    private func takeOver(_ containers: HostContainers, _ members: [HostContainers.Member]) async throws(BackendError) {
        try await reopenEndpoint()
        syncs = try await makeSyncs(containers.engine)
        for sync in syncs { try await sync.resume(hosts: members.map(\.host)) }
        guard rehearsalPlan.inputs.contains(where: { $0.delivery == .pipe }) else { return }
        // Hosts that are being stopped keep their grace period. After a drill, the next attempt has its own pipes.
        guard state.stop == nil, state.drill == nil || state.attempt > 1 else { return }
        for member in members where await containers.stop(member, grace: .zero) { state.lostPipes = true }
        if state.lostPipes == true { try keep() }
    }

    private func startHelpers(_ containers: HostContainers, _ members: [HostContainers.Member]) {
        if !syncs.isEmpty {
            helpers.append(Task { [weak self] in await self?.keepSynced(members) })
        }
        if let drill = rehearsalPlan.drill, state.attempt == 1, state.drill == nil, state.stop == nil,
            let start = state.attemptStartedAt
        {
            let moment = start.date.addingTimeInterval(Double(drill.afterSeconds))
            helpers.append(
                Task { [weak self] in
                    let left = max(0, moment.timeIntervalSinceNow)
                    guard (try? await Task.sleep(for: .seconds(left))) != nil else { return }
                    await self?.interrupt()
                })
        }
    }

    private func interrupt() async {
        guard state.stage == .running, state.stop == nil, state.drill == nil else { return }
        state.drill = RehearsalTools.now()
        show(.interrupted, "the drill interrupts the hosts")
        do throws(BackendError) {
            try keep()
            try await deliverStop()
        } catch {
            tools.log.warning("the drill failed", ["run": runID.rawValue, "error": error.description])
        }
    }

    /// Ends the first attempt and prepares the next one. Only the synchronized folders keep their content. The
    /// containers of the first attempt stay, stopped, for their logs.
    private func restart() throws(BackendError) {
        if let start = state.attemptStartedAt {
            state.earlierMilliseconds += RehearsalTools.now().milliseconds - start.milliseconds
        }
        state.attempt += 1
        state.attemptStartedAt = nil
        hasStarted = false
        hasPrepared = false
        stopFound = false
        hostsHaveEnded = false
        show(.restarting, "")
        try move(to: .preparing)
    }

    private func lost() throws(BackendError) {
        try end(.failed, Cause(.lost, "a container of the run was removed by another program"))
    }

    // MARK: folders

    /// Synchronizes periodically. The interval is ten times the duration of a pass, from 1 s to 60 s.
    private func keepSynced(_ members: [HostContainers.Member]) async {
        var wait = Duration.seconds(1)
        while (try? await Task.sleep(for: wait)) != nil {
            let began = ContinuousClock.now
            do throws(BackendError) {
                try await syncAll(members)
            } catch {
                if Task.isCancelled { return }
                tools.log.warning("a folder is not synchronized", ["run": runID.rawValue, "error": error.description])
            }
            wait = min(max(.seconds(1), (ContinuousClock.now - began) * 10), .seconds(60))
        }
    }

    func syncAll(_ members: [HostContainers.Member]) async throws(BackendError) {
        for sync in syncs {
            try await sync.pass(members.map { ($0.host, $0.id) })
            for note in await sync.notes.sorted() { state.note(note) }
        }
    }

    /// Records how each host ended.
    private func note(_ members: [HostContainers.Member], _ containers: HostContainers) async throws(BackendError) {
        for member in members {
            guard let info = try await containers.info(member) else { continue }
            let end = RehearsalTimeline.HostEnd(
                name: member.host, attempt: state.attempt,
                exitCode: info.state.startedAt == nil ? nil : info.state.exitCode,
                startedAt: info.state.startedAt.map { Timestamp($0.date) },
                endedAt: info.state.finishedAt.map { Timestamp($0.date) })
            state.timeline.hosts.removeAll { $0.name == end.name && $0.attempt == end.attempt }
            state.timeline.hosts.append(end)
        }
        state.endedAt = state.timeline.hosts.compactMap(\.endedAt).max()
    }
}
