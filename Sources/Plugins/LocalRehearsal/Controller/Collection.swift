internal import LaunchLocalContainers
internal import LaunchContainerEngine
internal import LaunchPluginKit

/// Determines how a rehearsal ended, when all hosts have ended, and keeps its results. Repeated after a failure or a
/// takeover.
struct Collection: Sendable {
    let context: RehearsalContext
    let containers: HostContainers
    let members: [HostContainers.Member]
    let synced: SyncedFolders
    /// True if a stop found a running host.
    let didStop: Bool
    /// True if hosts were killed because their pipes could no longer be filled.
    let lostPipes: Bool

    func run() async throws(BackendError) {
        let (phase, cause) = try await ending()
        let wanted = context.plan.results.filter { phase != .failed || $0.isKeptOnFailure }
        try await context.send(.collecting(phase, hasResults: !wanted.isEmpty))
        let packer = context.packer(containers)
        // All results are packed before any is sent: a result that cannot be sent is kept with the run.
        var packed: [(result: RehearsalPlan.Result, output: Outcome.Output)] = []
        for result in wanted {
            let made = try await packer.pack(result, from: members.map { ($0.host, $0.id) })
            try await context.send(.noted(made.notes))
            guard let place = made.place else { continue }
            packed.append((result, Outcome.Output(name: result.name, path: place)))
        }
        try await context.send(.packed(packed.map(\.output)))
        try await synced.pass(members, context)
        for (result, output) in packed {
            let moved = try await packer.put(result, output.path)
            try await context.send(.noted(moved.notes))
            if let place = moved.place { try await context.send(.put(Outcome.Output(name: result.name, path: place))) }
        }
        try await context.send(.collected(phase, cause))
    }

    /// The end of the job from the ends of its hosts: one failed host fails the job.
    private func ending() async throws(BackendError) -> (Observation.Phase, Cause?) {
        var failed: [(member: HostContainers.Member, observation: Observation)] = []
        var first: Observation?
        for member in members {
            guard let info = try await containers.info(member) else { continue }
            let seen = Ending(info, wasStopped: didStop).observation(of: context.runID)
            first = first ?? seen
            if info.state.exitCode != 0 || !info.state.error.isEmpty { failed.append((member, seen)) }
        }
        if didStop { return (.stopped, failed.first?.observation.cause ?? first?.cause) }
        guard let worst = failed.first else { return (.succeeded, first?.cause) }
        if lostPipes {
            return (
                .failed,
                Cause(
                    .lost,
                    "the program that fed the pipes ended before the job did, and a pipe cannot be filled from its middle, "
                        + "so the hosts were killed; rehearse it again")
            )
        }
        var (host, cause) = (worst.member.host, worst.observation.cause ?? Cause(.exit, "a host failed"))
        if let file = context.plan.failure {
            for (member, observation) in failed {
                guard let text = try await reason(of: member, in: file) else { continue }
                try await context.send(.failureRead(text))
                (host, cause) = (member.host, observation.cause ?? cause)
                let words = text.trimmed
                if !words.isEmpty { cause.message = words }
                break
            }
        }
        if members.count > 1 { cause.message = "\(host): \(cause.message)" }
        return (.failed, cause)
    }

    /// The content of a host's failure file; nil if there is none.
    private func reason(
        of member: HostContainers.Member, in file: RehearsalPlan.FailureFile
    ) async throws(BackendError) -> String? {
        let source = ContainerFolder(
            engine: containers.engine, container: member.id, path: file.path, followsLink: false)
        guard let text = try await source.text(limit: file.limit), !text.isEmpty else { return nil }
        return text
    }
}

extension String {
    /// The text without surrounding white space, such as the last line's end.
    fileprivate var trimmed: String {
        let end = lastIndex { !$0.isWhitespace }.map { index(after: $0) } ?? startIndex
        return String(self[..<end].drop(while: \.isWhitespace))
    }
}
