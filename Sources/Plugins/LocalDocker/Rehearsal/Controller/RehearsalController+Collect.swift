internal import ContainerEngine
internal import LaunchPluginKit

/// Collecting: all hosts have ended.
extension RehearsalController {
    /// Determines how the job ended and keeps the results. Repeated after a failure or a takeover.
    func collect() async throws(BackendError) {
        if state.givesUpResults == true { return try endWithoutResults() }
        try await breakably { controller throws(BackendError) in try await controller.keepResults() }
    }

    /// Ends a job whose user did not wait until its results were kept. Results that are already at their destination
    /// stay there.
    func endWithoutResults() throws(BackendError) {
        state.timeline.results.removeAll { $0.path.hasPrefix("\(folder.results)/") }
        try end(
            .stopped,
            Cause(.userStop, "stopped while its results were being kept; incomplete results are not kept"))
    }

    private func keepResults() async throws(BackendError) {
        let containers = try await containers()
        guard let members = try await containers.members() else {
            return try end(.failed, Cause(.lost, "a container of the run was removed by another program"))
        }
        if syncs.isEmpty, !rehearsalPlan.synced.isEmpty {
            // Another process observed the end of the hosts.
            syncs = try await makeSyncs(containers.engine)
            for sync in syncs { try await sync.resume(hosts: members.map(\.host)) }
        }
        let (phase, cause) = try await ending(containers, members)
        state.timeline.phase = phase
        let isFailed = phase == .failed
        let wanted = rehearsalPlan.results.filter { !isFailed || $0.isKeptOnFailure }
        if !wanted.isEmpty { show(.uploading, "") }
        let packer = packer(containers.engine)
        // All results are packed before any is sent: a result that cannot be sent is kept with the run.
        state.timeline.results = []
        for result in wanted {
            let packed = try await packer.pack(result, from: members.map { ($0.host, $0.id) })
            keep(packed, of: result)
        }
        try keep()
        try await syncAll(members)
        for result in wanted {
            guard let made = state.timeline.results.first(where: { $0.name == result.name }) else { continue }
            keep(try await packer.put(result, made.path), of: result)
        }
        try end(phase, cause)
    }

    private func keep(_ packed: ResultPacker.Packed, of result: RehearsalPlan.Result) {
        for note in packed.notes { state.note(note) }
        guard let place = packed.place else { return }
        let output = Outcome.Output(name: result.name, path: place)
        if let index = state.timeline.results.firstIndex(where: { $0.name == result.name }) {
            state.timeline.results[index] = output
        } else {
            state.timeline.results.append(output)
        }
    }

    func packer(_ engine: EngineClient) -> ResultPacker {
        ResultPacker(engine: engine, objects: tools.objects, folder: folder.results, limits: tools.limits) {
            [weak self] message in Task { await self?.showUpload(message) }
        }
    }

    private func showUpload(_ message: String) {
        guard state.stage == .collecting, state.timeline.steps.last?.status == .uploading else { return }
        show(.uploading, message)
    }

    /// The end of the job from the ends of its hosts: one failed host fails the job.
    private func ending(
        _ containers: HostContainers, _ members: [HostContainers.Member]
    ) async throws(BackendError) -> (Observation.Phase, Cause?) {
        var failed: [(member: HostContainers.Member, observation: Observation)] = []
        var first: Observation?
        for member in members {
            guard let info = try await containers.info(member) else { continue }
            let seen = Ending(info, wasStopped: state.didStop).observation(of: runID)
            first = first ?? seen
            if info.state.exitCode != 0 || !info.state.error.isEmpty { failed.append((member, seen)) }
        }
        if state.didStop { return (.stopped, failed.first?.observation.cause ?? first?.cause) }
        guard let worst = failed.first else { return (.succeeded, first?.cause) }
        if state.lostPipes == true {
            return (
                .failed,
                Cause(
                    .lost,
                    "the program that fed the pipes ended before the job did, and a pipe cannot be filled from its middle, "
                        + "so the hosts were killed; rehearse it again")
            )
        }
        var (host, cause) = (worst.member.host, worst.observation.cause ?? Cause(.exit, "a host failed"))
        if let file = rehearsalPlan.failure {
            for (member, observation) in failed {
                let source = ContainerFolder(
                    engine: containers.engine, container: member.id, path: file.path, followsLink: false)
                guard let text = try await source.text(limit: file.limit), !text.isEmpty else { continue }
                state.timeline.failure = text
                (host, cause) = (member.host, observation.cause ?? cause)
                let words = text.trimmed
                if !words.isEmpty { cause.message = words }
                break
            }
        }
        if members.count > 1 { cause.message = "\(host): \(cause.message)" }
        return (.failed, cause)
    }
}

extension String {
    /// The text without surrounding white space, such as the last line's end.
    fileprivate var trimmed: String {
        let end = lastIndex { !$0.isWhitespace }.map { index(after: $0) } ?? startIndex
        return String(self[..<end].drop(while: \.isWhitespace))
    }
}
