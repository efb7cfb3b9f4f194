/// Why a run is where it is, and what happens next. `launch explain`, `list`, `status`, `wait` and `logs` show it.
package struct RunExplanation: Sendable, Hashable {
    /// Why a run is where it is.
    package enum Reason: Sendable, Hashable {
        /// The queue is paused.
        case paused(queue: String, by: String?, at: Timestamp?)
        /// No live agent serves the queue.
        case unserved(queue: String)
        /// The processes of all agents of the queue are suspended.
        case agentsSuspended(queue: String, pid: Int32)
        /// The last try failed for a reason that passes; the run waits for its next try.
        case backOff(until: Timestamp)
        /// Other runs of the queue are claimed first.
        case behind(queue: String, RunsAhead)
        /// The agents hold as many runs of the queue as its limit permits.
        case queueLimit(queue: String, most: Int, RunsAhead)
        /// The agents hold as many runs of the submitter as the limit of the queue permits.
        case submitterLimit(queue: String, author: String, most: Int)
        /// Runs of the queue occupy as many instances of a type as its limit permits.
        case instanceLimit(queue: String, RunDemand.Lack, by: [RunID])
        /// The run is the next of its queue, and its agents hold as many runs as they may.
        case agentsFull(queue: String, held: Int)
        /// The next agent with room claims the run.
        case next(queue: String)
        /// No live process holds the run, which is under way.
        case unowned(UnownedRun)
        /// The process that holds the run is suspended.
        case ownerSuspended(kind: String, pid: Int32)
        /// The owner works on the run: resolves it, pins its image or sends its request.
        case working(RunState)
        /// The owner builds the image.
        case building(BuildStep?)
        /// The backend has the run; the status is the backend's own text.
        case atBackend(RunState, status: String?)
        /// A stop was requested.
        case stopping(by: String?, at: Timestamp?)
        /// The run has ended.
        case ended(RunState)
    }

    /// The runs of a queue that are claimed before a run.
    package struct RunsAhead: Sendable, Hashable {
        /// Their number.
        package var count: Int
        /// Whether `count` is a lower bound: the rest was not counted.
        package var isAtLeast: Bool
        /// The one that is claimed next; the run itself if it is the next one.
        package var first: RunID?
        /// The number of other submitters with runs of the same priority, who take turns with the run's submitter.
        package var others = 0

        package init(count: Int, isAtLeast: Bool, first: RunID? = nil, others: Int = 0) {
            (self.count, self.isAtLeast, self.first, self.others) = (count, isAtLeast, first, others)
        }
    }

    /// Who takes over a run that no live process holds.
    package enum UnownedRun: Sendable, Hashable {
        /// The next agent of the queue.
        case agent
        /// The first agent that starts for the queue: no live one serves it.
        case unserved(queue: String)
        /// The agent of the queue, when its suspended process is resumed.
        case agentSuspended(queue: String, pid: Int32)
        /// The next agent of any queue for this resource; the run has no queue.
        case agentFor(resource: String)
    }

    /// The run.
    package var run: RunSummary
    /// Why it is where it is.
    package var reason: Reason

    package init(_ facts: Facts) {
        run = facts.run
        reason = Self.reason(facts)
    }
}

/// A step of an image's build, as its log counts them.
package struct BuildStep: Sendable, Hashable, Codable {
    /// The number of the step, from 1.
    package var number: Int
    /// The number of all steps.
    package var count: Int

    package init(number: Int, count: Int) { (self.number, self.count) = (number, count) }
}

extension RunExplanation {
    /// What the store and the agents show about a run.
    package struct Facts: Sendable, Hashable {
        /// An agent of the run's queue, or the run's owner.
        package struct Process: Sendable, Hashable {
            package var kind: String
            package var pid: Int32
            package var isSuspended: Bool
            /// Whether it has as many runs as it may hold.
            package var isFull: Bool

            package init(kind: String = "agent", pid: Int32, isSuspended: Bool = false, isFull: Bool = false) {
                (self.kind, self.pid, self.isSuspended, self.isFull) = (kind, pid, isSuspended, isFull)
            }
        }

        package var run: RunSummary
        /// The time by the clock of the store.
        package var now: Timestamp
        /// Whether the queue is paused, by whom and since when.
        package var isPaused = false
        package var pausedBy: String?
        package var pausedAt: Timestamp?
        /// The limits of the queue; nil if it has none.
        package var limits: QueueLimits?
        /// The number of runs of the queue and the submitter that agents hold.
        package var heldOfAuthor = 0
        /// The demands that may be claimed; nil if the queue does not limit instances.
        package var claimable: [String]?
        /// The numbers of instances that runs of the queue occupy, for the types that it limits.
        package var instances: [String: Int] = [:]
        /// The instances that the run lacks; nil if it fits, or its demand is unknown.
        package var lack: RunDemand.Lack?
        /// The first runs, at most four, that occupy these instances.
        package var holders: [RunID] = []
        /// The live agents that claim runs of the queue.
        package var agents: [Process] = []
        /// The live owner of the run; nil if it has none.
        package var owner: Process?
        /// The first runs of the submitters of the queue, in the order of their turns.
        package var heads: [FairShare.Candidate] = []
        /// The ready runs of the queue that are claimed first.
        package var ahead = RunsAhead(count: 0, isAtLeast: false)
        /// The number of runs of the queue that agents hold.
        package var held = 0
        /// The step of the image's build; nil if it is unknown.
        package var buildStep: BuildStep?

        package init(_ run: RunSummary, now: Timestamp) { (self.run, self.now) = (run, now) }

        /// The number of other submitters with runs of the same priority.
        package var otherSubmitters: Int {
            Set(heads.filter { $0.rank == run.priority.rank && $0.author != run.author }.map(\.author)).count
        }

        /// Whether another run is claimed first.
        var isBehind: Bool { ahead.first.map { $0 != run.id } ?? (ahead.count > 0) }
    }

    /// The first of the conditions that keep the run where it is.
    private static func reason(_ facts: Facts) -> Reason {
        let run = facts.run
        if run.state.isTerminal { return .ended(run.state) }
        guard run.state == .queued else { return reasonUnderWay(facts) }
        // A run without a queue never waits; a row that says so is from another program.
        let queue = run.queue ?? "-"
        if facts.isPaused { return .paused(queue: queue, by: facts.pausedBy, at: facts.pausedAt) }
        guard let first = facts.agents.first else { return .unserved(queue: queue) }
        let awake = facts.agents.filter { !$0.isSuspended }
        if awake.isEmpty { return .agentsSuspended(queue: queue, pid: first.pid) }
        if let time = run.notBefore, time > facts.now { return .backOff(until: time) }
        if let lack = facts.lack { return .instanceLimit(queue: queue, lack, by: facts.holders) }
        if let most = facts.limits?.perSubmitter, facts.heldOfAuthor >= most {
            return .submitterLimit(queue: queue, author: run.author, most: most)
        }
        if let most = facts.limits?.queue, facts.held >= most {
            return .queueLimit(queue: queue, most: most, facts.ahead)
        }
        if facts.isBehind { return .behind(queue: queue, facts.ahead) }
        if awake.allSatisfy(\.isFull) { return .agentsFull(queue: queue, held: facts.held) }
        return .next(queue: queue)
    }

    private static func reasonUnderWay(_ facts: Facts) -> Reason {
        let run = facts.run
        guard let owner = facts.owner else { return .unowned(takeover(facts)) }
        if owner.isSuspended { return .ownerSuspended(kind: owner.kind, pid: owner.pid) }
        if run.stopRequestedAt != nil || run.state == .stopping {
            return .stopping(by: run.stopRequestedBy, at: run.stopRequestedAt)
        }
        switch run.state {
        case .building: return .building(facts.buildStep)
        case .starting, .running: return .atBackend(run.state, status: run.backendStatus)
        default: return .working(run.state)
        }
    }

    private static func takeover(_ facts: Facts) -> UnownedRun {
        guard let queue = facts.run.queue else { return .agentFor(resource: facts.run.resource) }
        guard let first = facts.agents.first else { return .unserved(queue: queue) }
        return facts.agents.allSatisfy(\.isSuspended) ? .agentSuspended(queue: queue, pid: first.pid) : .agent
    }
}
