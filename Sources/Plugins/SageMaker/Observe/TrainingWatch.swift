internal import AWS
internal import FoundationEssentials
internal import LaunchHost
internal import Synchronization

/// Watches any number of training jobs with few calls.
///
/// `ListTrainingJobs` gives 100 jobs a page, newest first, and only two calls a second for the whole account. So many jobs
/// are looked over in a sweep: page after page until each was seen, a few pages a call of `observe`, so that stops and ends
/// need not wait for the whole. A job that is seen ended is described once; one that a sweep did not show is asked for by
/// itself; both until an answer comes. What is kept between calls makes sweeps shorter, and nothing true.
actor TrainingWatch {
    /// What is known of a job between two calls.
    private struct Known {
        /// When it was asked for first: a sweep that began before does not tell of it.
        var since: Date
        /// When it was made, in seconds since 1970, once a list has told.
        var created: Double?
        var status: TrainingStatus?
    }

    /// Jobs by name.
    private typealias Jobs = [String: (runID: RunID, job: TrainingHandle)]

    /// Pages of one call of `observe`: what was seen on them is not held back for longer.
    private static let pagesPerCall = 4
    /// Jobs that one call asks for one by one because no list has shown them.
    private static let askedPerCall = 10
    /// How long a job that this program has made may be unknown to the service, in seconds.
    private static let settling: Double = 60
    /// The longest rest between two sweeps that show nothing new, in seconds. Rests grow as the host's waits do: 1, 3, 7, 15.
    private static let longestRest: Double = 15

    private let service: TrainingService
    private let log: Logger
    private var known: [String: Known] = [:]
    private var fresh: [String: Date] = [:]
    private var sweep: TrainingSweep?
    private var rest = (until: Date.distantPast, seconds: 0.0)
    /// What has to be described: jobs that a list has shown ended, and in turn jobs that no list has shown.
    private var ended: Set<String> = []
    private var unseen: [String] = []
    private var outcomes = KeptOutcomes()
    /// A pulse whenever the next call of `observe` has something to go on with.
    nonisolated let changes: AsyncStream<Void>
    private let pulse: AsyncStream<Void>.Continuation

    init(_ service: TrainingService, log: Logger) {
        self.service = service
        self.log = log
        (changes, pulse) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Hears of a job that was just made: lists need not go back before it, and it cannot be gone already.
    func made(_ job: TrainingHandle) {
        let now = service.clock.now()
        if fresh.count >= 1000 { fresh = fresh.filter { now.timeIntervalSince($0.value) < Self.settling } }
        fresh[job.name] = now
    }

    /// What SageMaker says of these runs, as far as the calls of one turn reach.
    func observe(_ handles: [RunHandle]) async throws(BackendError) -> [Observation] {
        let region: String
        do throws(AWSError) {
            region = try await service.region()
        } catch {
            throw Refusal.explained(error)
        }
        var jobs: Jobs = [:]
        for handle in handles {
            do throws(BackendError) {
                let job = try TrainingHandle(handle)
                jobs[job.name] = (handle.runID, job)
            } catch {
                // One that cannot be read must not hide all others.
                log.error("a run cannot be watched", ["run": handle.runID.rawValue, "error": error.message])
            }
        }
        remember(jobs)
        // Lists show the jobs of one region; those of another, made under an earlier configuration, are asked for.
        let listed = jobs.values.count { $0.job.region == region }
        var found: [Observation] = []
        var failure: BackendError?
        var progressed = false
        if listed > 1 {
            if sweep != nil || isDue { failure = await turn(of: jobs, listed, &found, &progressed) }
        } else {
            // One job alone is cheaper to ask for than to find in a list.
            sweep = nil
        }
        if listed <= 1 || listed < jobs.count, unseen.isEmpty {
            unseen = jobs.keys.filter { listed <= 1 || jobs[$0]?.job.region != region }
        }
        let asked = ended.union(unseen.prefix(Self.askedPerCall))
        unseen.removeFirst(min(Self.askedPerCall, unseen.count))
        let told = await described(asked.compactMap { jobs[$0] })
        found += told.found
        failure = failure ?? told.failure
        progressed = progressed || told.count > 0
        // What was learned before an error holds; without anything, the host is told.
        if let failure {
            guard progressed else { throw failure }
            log.debug("SageMaker did not answer in full", ["error": failure.message])
        }
        if progressed, sweep != nil || !ended.isEmpty || (!unseen.isEmpty && listed > 1) { pulse.yield() }
        return found
    }

    /// What a job that was observed to have ended has left, once without a call; else asks for it.
    func outcome(of job: TrainingHandle) async throws(AWSError) -> Outcome? {
        if let kept = outcomes.take(of: job.name) { return kept }
        return try await service.describe(job).map { TrainingOutcome(job, $0).outcome }
    }

    private func remember(_ jobs: Jobs) {
        let now = service.clock.now()
        known = known.filter { jobs[$0.key] != nil }
        for name in jobs.keys where known[name] == nil {
            // By our clock, which may be ahead of the service's.
            let created = fresh[name].map { $0.timeIntervalSince1970 - Self.settling }
            known[name] = Known(since: now, created: created)
        }
        ended = ended.filter { jobs[$0] != nil }
        unseen = unseen.filter { jobs[$0] != nil }
    }

    // MARK: sweeping

    private var isDue: Bool {
        let left = rest.until.timeIntervalSince(service.clock.now())
        // A clock that was set back must not make anybody wait for the difference.
        return left <= 0 || left > Self.longestRest
    }

    /// The pages of one call. Answers the error that ended it, where one did.
    private func turn(
        of jobs: Jobs, _ listed: Int, _ found: inout [Observation], _ progressed: inout Bool
    ) async -> BackendError? {
        sweep?.calls += 1
        do throws(BackendError) {
            for _ in 0..<Self.pagesPerCall {
                let goesOn = try await page(of: jobs, listed, &found)
                progressed = true
                guard goesOn else { break }
            }
            return nil
        } catch {
            return error
        }
    }

    /// Takes one page in. Answers whether the sweep goes on.
    private func page(
        of jobs: Jobs, _ listed: Int, _ found: inout [Observation]
    ) async throws(BackendError) -> Bool {
        var current = sweep ?? begin(Set(jobs.keys))
        sweep = current
        let page: (jobs: [TrainingSummary], next: String?)
        do throws(AWSError) {
            page = try await service.list(current.query)
        } catch {
            // A token that is too old begins a new sweep, and nothing else.
            if error.kind == .invalid, current.token != nil { sweep = nil }
            throw Refusal.explained(error)
        }
        for summary in page.jobs {
            guard let (runID, _) = jobs[summary.name] else { continue }
            current.seen.insert(summary.name)
            let status = TrainingStatus(primary: summary.status, secondary: summary.secondary)
            let isNew = known[summary.name]?.status != status
            if isNew { current.hasNews = true }
            // One that names no credible time must not hide the others from the next list.
            if let created = summary.created { known[summary.name]?.created = created }
            known[summary.name]?.status = status
            if status.isEnd {
                ended.insert(summary.name)
            } else {
                found.append(
                    Observation(
                        runID: runID, phase: status.phase, backendStatus: status.words,
                        message: isNew ? status.message : nil))
            }
        }
        current.token = page.next
        current.pages += 1
        sweep = current
        guard current.isOver(of: listed) else { return true }
        endSweep(current, jobs)
        return false
    }

    private func begin(_ names: Set<String>) -> TrainingSweep {
        TrainingSweep(of: names, at: service.clock.now()) { known[$0]?.created }
    }

    private func endSweep(_ sweep: TrainingSweep, _ jobs: Jobs) {
        // Behind those that wait already, so that each has its turn.
        let waiting = Set(unseen)
        unseen += jobs.keys.filter { name in
            !sweep.seen.contains(name) && !waiting.contains(name)
                && known[name].map { $0.since <= sweep.began } ?? false
        }
        self.sweep = nil
        // The host paces sweeps of one call by itself.
        let seconds = sweep.calls == 0 || sweep.hasNews ? 0 : min(Self.longestRest, rest.seconds * 2 + 1)
        rest = (service.clock.now().addingTimeInterval(seconds), seconds)
    }

    // MARK: describing

    /// Asks for jobs one by one, a few at once: what is to be told of them, how many answered, and an error of the others.
    private func described(
        _ jobs: [(runID: RunID, job: TrainingHandle)]
    ) async -> (found: [Observation], count: Int, failure: BackendError?) {
        var found: [Observation] = []
        var count = 0
        var failure: AWSError?
        await TrainingAnswer.forAll(jobs, from: service) { answer in
            if let error = answer.failure {
                failure = error
                if !ended.contains(answer.job.name) { unseen.append(answer.job.name) }
            } else {
                count += 1
                ended.remove(answer.job.name)
                if let told = observation(of: answer.runID, answer.job, answer.description) { found.append(told) }
            }
        }
        return (found, count, failure.map { Refusal.explained($0) })
    }

    /// Nil where there is nothing to tell yet.
    private func observation(of runID: RunID, _ job: TrainingHandle, _ description: JSONValue?) -> Observation? {
        guard let description else {
            if let made = fresh[job.name], service.clock.now().timeIntervalSince(made) < Self.settling { return nil }
            return Observation(
                runID: runID, phase: .missing,
                cause: Cause(.lost, "There is no training job \(job.name) in \(job.region) any more."),
                backendStatus: "Unknown")
        }
        var observation = TrainingEnd(description: description).observation(of: runID)
        let status = TrainingStatus(
            primary: description["TrainingJobStatus"]?.stringValue ?? "",
            secondary: description["SecondaryStatus"]?.stringValue)
        if known[job.name]?.status == status { observation.message = nil }
        known[job.name]?.status = status
        known[job.name]?.created = description["CreationTime"]?.timeValue?.timeIntervalSince1970
        if status.isEnd { outcomes.keep(TrainingOutcome(job, description).outcome, of: job.name) }
        return observation
    }
}
