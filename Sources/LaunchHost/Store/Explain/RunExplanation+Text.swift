extension RunExplanation {
    /// The name of the reason, for programs.
    package var code: String {
        switch reason {
        case .paused: "queue-paused"
        case .unserved: "no-agent"
        case .agentsSuspended: "agent-suspended"
        case .backOff: "back-off"
        case .behind: "behind-others"
        case .queueLimit: "queue-limit"
        case .submitterLimit: "submitter-limit"
        case .instanceLimit: "instance-limit"
        case .agentsFull: "agents-full"
        case .next: "next"
        case .unowned: "no-owner"
        case .ownerSuspended: "owner-suspended"
        case .working: "preparing"
        case .building: "building"
        case .atBackend(.starting, _): "starting"
        case .atBackend: "running"
        case .stopping: "stopping"
        case .ended: "ended"
        }
    }

    /// Why the run waits and what the user can do, as a clause without a full stop; nil if it does not wait for anything
    /// but its own work.
    package var waits: String? {
        let lastTry = run.cause.map { ": \($0)" } ?? ""
        let afterTry = run.cause.map { "; the last try ended: \($0)" } ?? ""
        switch reason {
        case .paused(let queue, let by, _):
            return
                "queue '\(queue)' is paused\(by.map { " by \($0)" } ?? ""); 'launch queue resume \(queue)' resumes it"
        case .unserved(let queue): return Self.unserved(queue) + afterTry
        case .agentsSuspended(let queue, let pid): return Self.suspended(queue, pid) + afterTry
        case .backOff(let time): return "it is tried again at \(time)\(lastTry)"
        case .behind(let queue, let ahead) where ahead.count == 0 && ahead.others > 0:
            return "it takes turns with \(ahead.submitters) of queue '\(queue)'"
        case .behind(let queue, let ahead):
            let turns = ahead.others > 0 ? ", in turns with \(ahead.submitters)" : ""
            return "\(ahead.words) of queue '\(queue)' before it\(turns)"
        case .queueLimit(let queue, let most, let ahead):
            let before = ahead.count > 0 ? "; \(ahead.words) before it" : ""
            return "queue '\(queue)' is at its limit of \(Wording.count(most, "run"))\(before)"
        case .submitterLimit(let queue, let author, let most):
            return "\(author) is at the limit of \(Wording.count(most, "run")) of queue '\(queue)'"
        case .instanceLimit(_, let lack, let holders):
            return "\(lack.limit)\(Self.users(holders))\(lack.needed > 1 ? ", and it needs \(lack.needed)" : "")"
        case .agentsFull(let queue, let held):
            return "the agents of queue '\(queue)' hold \(Wording.count(held, "run")), up to their 'max_jobs'"
        case .unowned(let takeover): return "no process holds it; \(takeover.clause)"
        case .ownerSuspended(let kind, let pid):
            return "the \(kind) that holds it is suspended; 'kill -CONT \(pid)' resumes it"
        case .next, .working, .building, .atBackend, .stopping, .ended: return nil
        }
    }

    /// The reason in one line, for lists: why the run waits, otherwise how far it is; nil for a run of which there is
    /// nothing to say but its state.
    package var line: String? {
        if let text = waits ?? progress ?? run.cause { return text }
        guard case .atBackend(.starting, let status?) = reason else { return nil }
        return "the backend says: \(status)"
    }

    /// How far its build or its stop is, as a clause; nil for every other run.
    package var progress: String? {
        switch reason {
        case .building(let step?): step.words
        case .stopping(let by?, _): "stop requested by \(by)"
        default: nil
        }
    }

    /// Why the run is where it is, as a sentence.
    package var sentence: String {
        let status: (String?) -> String = { $0.map { " The backend says: \($0)." } ?? "" }
        switch reason {
        case .paused(let queue, let by, let at):
            return "Queue '\(queue)' is paused\(by.map { " by \($0)" } ?? "")\(at.map { " since \($0)" } ?? "")."
        case .unserved(let queue): return "No agent serves queue '\(queue)'."
        case .agentsSuspended(let queue, let pid):
            return "The agent of queue '\(queue)', process \(pid), is suspended."
        case .backOff: return "The last try did not succeed, for a reason that may pass."
        case .behind(let queue, let ahead) where ahead.count == 0 && ahead.others > 0:
            return "It takes turns with \(ahead.submitters) of queue '\(queue)', and another run is next."
        case .behind(let queue, let ahead):
            let turns = ahead.others > 0 ? " Its submitter takes turns with \(ahead.submitters)." : ""
            return "\(ahead.capitalized) of queue '\(queue)' \(ahead.isOne ? "is" : "are") claimed before it.\(turns)"
        case .queueLimit(let queue, let most, let ahead):
            let before = ahead.count > 0 ? " \(ahead.capitalized) \(ahead.isOne ? "is" : "are") claimed before it." : ""
            return "Agents hold \(Wording.count(most, "run")) of queue '\(queue)', which is its limit.\(before)"
        case .submitterLimit(let queue, let author, let most):
            return "Agents hold \(Wording.count(most, "run")) of \(author) from queue '\(queue)', which is the queue's "
                + "limit for one submitter."
        case .instanceLimit(let queue, let lack, let holders):
            return "It needs \(Wording.count(lack.needed, "instance")) of \(lack.type), and \(lack.used) of the "
                + "\(lack.most) that queue '\(queue)' permits are in use\(Self.users(holders))."
        case .agentsFull(let queue, let held):
            return
                "It is the next run of queue '\(queue)', whose agents hold \(Wording.count(held, "run")), up to their "
                + "'max_jobs'."
        case .next(let queue): return "It is the next run of queue '\(queue)', and an agent has room for it."
        case .unowned: return "No process holds it: its agent has ended."
        case .ownerSuspended(let kind, let pid): return "The \(kind) that holds it, process \(pid), is suspended."
        case .working(.preparing): return "An agent looks for its image."
        case .working(.submitting): return "An agent sends its request to the backend.\(status(run.backendStatus))"
        case .working: return "An agent has claimed it, and resolves its job."
        case .building(let step): return "An agent builds its image\(step.map { ": \($0.words)" } ?? "")."
        case .atBackend(.starting, let text): return "The backend has it, and has not started it.\(status(text))"
        case .atBackend(_, let text): return "It runs.\(status(text))"
        case .stopping(let by, let at):
            return "A stop was requested\(by.map { " by \($0)" } ?? "")\(at.map { " at \($0)" } ?? "")."
        case .ended(let state):
            return "It has ended: \(state.rawValue)\(run.endedAt.map { " at \($0)" } ?? "")."
        }
    }

    /// What happens next, or what a user can do, as a sentence; nil after the end.
    package var next: String? {
        switch reason {
        case .paused(let queue, _, _): "'launch queue resume \(queue)' lets agents claim its runs again."
        case .unserved(let queue): "'launch agent -q \(queue)' starts an agent, which claims it."
        case .agentsSuspended(_, let pid), .ownerSuspended(_, let pid): "'kill -CONT \(pid)' on its machine resumes it."
        case .backOff(let time): "An agent tries it again at \(time)."
        case .behind(_, let ahead):
            ahead.first.map { "Run \($0) is claimed next. A higher priority moves this run forward." }
        case .queueLimit, .agentsFull: "An agent claims it when one of these runs ends."
        case .submitterLimit(let queue, _, _):
            "An agent claims it when one of these runs ends. 'limits' of queue '\(queue)' has the number."
        case .instanceLimit(let queue, _, _):
            "An agent claims it when enough of these instances are free. 'limits' of queue '\(queue)' has the number."
        case .next: "The agent claims it within \(Self.fallbackSeconds) seconds."
        case .unowned(let takeover): takeover.sentence
        case .working(.submitting): "The backend starts it."
        case .working, .building: "Its request is made, checked and sent to the backend."
        case .atBackend(.starting, _): "The backend starts its container."
        case .atBackend: "Its results are collected when its container ends."
        case .stopping:
            run.stopGraceSeconds.map { "Its container gets SIGTERM, and SIGKILL after \($0) s." }
                ?? "Its container gets SIGTERM, and SIGKILL after the grace period of the job."
        case .ended: nil
        }
    }

    /// When the next step happens; nil if the time is unknown.
    package var nextAt: Timestamp? {
        if case .backOff(let time) = reason { time } else { nil }
    }

    /// The longest time, in seconds, until an agent notices a run whose doorbell was lost.
    private static let fallbackSeconds = 5

    /// Who uses something, after "in use"; empty if it is not known. Of four runs, three are named.
    private static func users(_ runs: [RunID]) -> String {
        let names = runs.prefix(3).map(\.rawValue) + (runs.count > 3 ? ["others"] : [])
        guard let last = names.last else { return "" }
        return names.count == 1 ? " by \(last)" : " by \(names.dropLast().joined(separator: ", ")) and \(last)"
    }

    fileprivate static func unserved(_ queue: String) -> String {
        "no agent serves queue '\(queue)'; 'launch agent -q \(queue)' starts one"
    }

    fileprivate static func suspended(_ queue: String, _ pid: Int32) -> String {
        "the agent of queue '\(queue)' is suspended; 'kill -CONT \(pid)' resumes it"
    }
}

extension RunExplanation.RunsAhead {
    /// A run that has waited long may be the only one before a run of a higher priority; it is not in `count`.
    private var number: Int { max(1, count) }
    fileprivate var isOne: Bool { number == 1 }
    fileprivate var words: String { isAtLeast ? "at least \(count) runs" : Wording.count(number, "run") }
    fileprivate var capitalized: String { isAtLeast ? "At least \(count) runs" : Wording.count(number, "run") }
    fileprivate var submitters: String { Wording.count(others, "other submitter") }
}

extension RunExplanation.UnownedRun {
    fileprivate var clause: String {
        switch self {
        case .agent: "the next agent takes it over"
        case .unserved(let queue): RunExplanation.unserved(queue)
        case .agentSuspended(let queue, let pid): RunExplanation.suspended(queue, pid)
        case .agentFor(let resource): "the next agent of a queue for \(resource) takes it over"
        }
    }

    fileprivate var sentence: String {
        switch self {
        case .agent: "An agent of its queue takes it over within seconds."
        case .unserved(let queue): "'launch agent -q \(queue)' starts an agent, which takes it over."
        case .agentSuspended(_, let pid): "'kill -CONT \(pid)' resumes the suspended agent, which takes it over."
        case .agentFor(let resource): "The next agent of a queue for \(resource) takes it over."
        }
    }
}

extension BuildStep {
    fileprivate var words: String { "step \(number) of \(count)" }
}
