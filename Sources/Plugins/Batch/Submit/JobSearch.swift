internal import LaunchAWS
internal import LaunchPluginKit

/// Looks for the job of one run, and makes sure that only one process submits it.
struct JobSearch: Sendable {
    /// How long a process with an earlier ticket may take between its ticket and the record of its job.
    static let patience = Duration.seconds(20)
    /// How late Batch may list a job. Counted from the moment at which all earlier tickets are useless.
    static let listDelay = Duration.seconds(60)
    /// The pauses between two looks.
    private static let (shortPause, longPause) = (Duration.seconds(2), Duration.seconds(5))

    let service: BatchService
    let request: BatchRequest
    let runID: RunID
    let region: String
    let log: Logger

    init(_ service: BatchService, _ request: BatchRequest, _ runID: RunID, region: String, log: Logger) {
        (self.service, self.request, self.runID, self.region, self.log) = (service, request, runID, region, log)
    }

    /// The run's own definition.
    var name: String { RunTickets.name(of: runID) }

    func handle(_ id: String) -> JobHandle {
        JobHandle(runID: runID, id: id, name: request.name, region: region)
    }

    // MARK: the job

    /// The run's job: the one that is listed, or the one that a process has recorded. Terminates further jobs of the
    /// same request.
    /// - Parameter own: a job that was just submitted, which lists may not show yet.
    func job(besides own: String? = nil) async throws(BackendError) -> JobHandle? {
        var ids = try await explained { () async throws(AWSError) in
            try await service.jobs(named: request.name, queue: request.queue, region: region)
        }
        var recorded: String?
        if ids.isEmpty, own == nil, request.definition != nil {
            recorded = try await tickets().job
            if let recorded { ids.append(recorded) }
        }
        if let own, !ids.contains(own) { ids.append(own) }
        // A job alone needs no election.
        if let own, ids == [own] { return handle(own) }
        let election = try JobElection(try await details(ids), of: request, runID, region: region)
        guard let job = election.job else {
            // Batch forgets jobs some time after their end. The record says that there was one.
            return recorded.map { handle($0) }
        }
        for other in election.surplus {
            log.warning("terminating a second job of a run", ["run": runID.rawValue, "job": other.id, "first": job.id])
            try await explained { () async throws(AWSError) in
                try await service.terminate(
                    other.id, reason: "A second job of run \(runID); the first is \(job.id).", region: region)
            }
        }
        return handle(job.id)
    }

    private func details(_ ids: [String]) async throws(BackendError) -> [BatchJob] {
        try await explained { () async throws(AWSError) -> [BatchJob] in
            var jobs: [BatchJob] = []
            for start in stride(from: 0, to: ids.count, by: BatchService.jobsPerCall) {
                let some = ids[start..<min(start + BatchService.jobsPerCall, ids.count)]
                jobs += try await service.describe(Array(some), region: region)
            }
            return jobs
        }
    }

    // MARK: tickets

    private func tickets() async throws(BackendError) -> RunTickets {
        RunTickets(try await explained { () async throws(AWSError) in try await service.revisions(of: name) })
    }

    /// Registers a ticket.
    func takeTicket(_ definition: JSONValue) async throws(BackendError) -> RunTickets.Ticket {
        let owner = "\(RunID.random())\(RunID.random())"
        let number = try await register(definition, [RunTickets.ownerParameter: owner])
        return RunTickets.Ticket(number: number, owner: owner)
    }

    /// Records the job for other processes. Without the record they find it once Batch lists it.
    func record(_ id: String, _ definition: JSONValue) async {
        guard definition != .null else { return }
        do throws(BackendError) {
            _ = try await register(definition, [RunTickets.jobParameter: id])
        } catch {
            log.warning("the job of a run is not recorded", ["run": runID.rawValue, "job": id, "error": error.message])
        }
    }

    private func register(_ definition: JSONValue, _ facts: [String: String]) async throws(BackendError) -> Int {
        var document = definition.objectValue ?? [:]
        // A request that an older program rendered has another name.
        document["jobDefinitionName"] = .string(name)
        document["parameters"] = .object(facts.mapValues { .string($0) })
        return try await explained { () async throws(AWSError) in try await service.register(.object(document)) }
    }

    /// Whether Batch accepts a job with the ticket.
    func isUsable(_ ticket: RunTickets.Ticket) async throws(BackendError) -> Bool {
        try await tickets().revisions.first { $0.number == ticket.number }?.isActive ?? true
    }

    /// Ends the use of a ticket that has no job.
    func endUse(of ticket: RunTickets.Ticket) async {
        do throws(AWSError) {
            try await service.deregister(name, revision: ticket.number)
        } catch {
            log.debug("a job definition remains", ["definition": "\(name):\(ticket.number)", "error": error.message])
        }
    }

    /// Makes sure that no other process can submit the run, and that none has.
    ///
    /// A process with an earlier ticket may be about to submit. After some patience its ticket is deregistered, so that
    /// Batch refuses its submit. A job that was submitted before is in Batch's lists after a while.
    /// - Parameters:
    ///   - own: the ticket of this process; nil if it does not want to submit.
    ///   - spare: a ticket that is known to have no job, and was settled itself.
    /// - Returns: the job of another process; nil if there is none, and no other process can make one.
    func settle(
        before own: RunTickets.Ticket?, spare: RunTickets.Ticket?
    ) async throws(BackendError) -> JobHandle? {
        if own?.number == 1 { return nil }
        func earlier() async throws(BackendError) -> [RunTickets.Revision] {
            try await tickets().earlier(than: own).filter { $0.number > spare?.number ?? 0 && $0.owner != spare?.owner }
        }
        var others = try await earlier()
        guard !others.isEmpty else { return nil }
        log.info("another process began to submit the run", ["run": runID.rawValue])
        // The pauses are added up, because the date may be set meanwhile.
        var waited = Duration.zero
        while others.contains(where: \.isActive), waited < Self.patience {
            if let found = try await jobIfAnswered() { return found }
            try await pause(Self.shortPause)
            waited += Self.shortPause
            others = (try? await earlier()) ?? others
        }
        for other in others where other.isActive {
            try await explained { () async throws(AWSError) in
                try await service.deregister(name, revision: other.number)
            }
        }
        waited = .zero
        while waited < Self.listDelay {
            if let found = try await jobIfAnswered() { return found }
            try await pause(Self.longPause)
            waited += Self.longPause
        }
        return try await job()
    }

    /// The run's job; nil also if Batch does not answer, because it is asked again.
    private func jobIfAnswered() async throws(BackendError) -> JobHandle? {
        do throws(BackendError) {
            return try await job()
        } catch {
            guard error.isWorthRetrying else { throw error }
            return nil
        }
    }

    private func pause(_ duration: Duration) async throws(BackendError) {
        do {
            try await service.clock.sleep(duration)
        } catch {
            throw BackendError(.cancelled, "The submit of run \(runID) was cancelled.")
        }
    }
}
