internal import FoundationEssentials
internal import LaunchMetrics

/// What the agent and its stages record.
extension AgentMetrics {
    /// The agent has claimed a run.
    func claimed(_ run: RunRecord, at now: Date) {
        let queue = run.queue ?? ""
        claims.add(1, queue)
        queueWait.observe(now.timeIntervalSince(run.submittedAt.date), queue)
    }

    /// The agent has taken a run over from a dead owner.
    func adopted() { adoptions.add() }

    /// A run of the agent has a new owner, or had to be dropped.
    func lostRun() { lost.add() }

    /// A run has ended, or is back in its queue.
    func settled(_ run: RunRecord) {
        let (queue, code) = (run.queue ?? "", run.cause?.code.rawValue ?? "none")
        if run.state.isTerminal {
            ends.add(1, queue, run.state.rawValue, code)
        } else if run.state == .queued {
            requeues.add(1, queue, code)
        }
    }

    /// A submit has ended; nil is a success.
    func submitted(to resource: String, _ error: BackendError?) {
        submits.add(1, resource, Self.label(error?.category))
    }

    /// All runs of a backend were observed; nil is a success.
    func observed(_ backend: String, in duration: Duration, _ error: BackendError?) {
        observations.observe(duration, backend, Self.label(error?.category))
    }

    /// The image stage of a run from source has ended; a nil way is a failure.
    func imaged(_ way: ImageDecision.Way?, in duration: Duration, logBytes bytes: Int) {
        builds.observe(duration, way.map { $0 == .build ? "built" : "found" } ?? "failed")
        logBytes.add(Double(bytes), "build")
    }

    /// The spans of a run were sent, or not.
    func traced(_ result: String) { traces.add(1, result) }

    /// The log of a run was archived.
    func archived(_ archive: LogArchive) { logBytes.add(Double(archive.size ?? 0), "run") }

    /// The value of the label `class`.
    static func label(_ error: BackendError.Category?) -> String {
        error?.description.replacing(" ", with: "_") ?? "ok"
    }
}
