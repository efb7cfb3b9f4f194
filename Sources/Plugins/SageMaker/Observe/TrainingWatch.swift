internal import FoundationEssentials
internal import LaunchAWS
internal import LaunchPluginKit
internal import Synchronization

/// Observes any number of training jobs with few calls.
///
/// `ListTrainingJobs` returns 100 jobs per page, newest first, and accepts only two calls per second for the whole
/// account. Many jobs are therefore observed by a sweep: page after page until each job was seen. One call of `observe`
/// reads only a few pages, so that stops and ends do not wait for the whole sweep. A job that has ended is described
/// once, and a job that a sweep did not list is described individually; both are repeated until an answer comes. The
/// state between calls is only a cache that shortens sweeps; SageMaker is the source of truth.
actor TrainingWatch {
    /// The cached state of one job.
    private struct Known {
        /// When the job was first observed. An earlier sweep has no information about it.
        var since: Date
        /// The creation time in seconds since 1970, once a list has returned it.
        var created: Double?
        var status: TrainingStatus?
    }

    /// The observed jobs, by name.
    private typealias Jobs = [String: (runID: RunID, job: TrainingHandle)]

    /// Limits the pages of one call of `observe`, so that its observations are returned soon.
    private static let pagesPerCall = 4
    /// The number of unlisted jobs that one call describes individually.
    private static let askedPerCall = 10
    /// How long a job that this program just created may be unknown to the service, in seconds.
    private static let settling: Double = 60
    /// The longest pause between two sweeps without changes, in seconds. Pauses grow like the host's waits: 1, 3, 7,
    /// 15.
    private static let longestRest: Double = 15

    private let service: TrainingService
    private let prices: PriceTable?
    private let log: Logger
    private var known: [String: Known] = [:]
    private var fresh: [String: Date] = [:]
    private var sweep: TrainingSweep?
    private var rest = (until: Date.distantPast, seconds: 0.0)
    /// The jobs to describe: those that a list has shown as ended, and a queue of those that no list has shown.
    private var ended: Set<String> = []
    private var unseen: [String] = []
    private var outcomes = OutcomeCache()
    /// Signals when the next call of `observe` has work to continue.
    nonisolated let changes: AsyncStream<Void>
    private let pulse: AsyncStream<Void>.Continuation

    /// - Parameter prices: the prices that the user pays; nil if they are not known.
    init(_ service: TrainingService, prices: PriceTable? = nil, log: Logger) {
        self.service = service
        self.prices = prices
        self.log = log
        (changes, pulse) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Registers a job that was just created: it bounds the time range of lists, and for 60 seconds the service's
    /// answer that it does not exist counts as eventual consistency.
    func made(_ job: TrainingHandle) {
        let now = service.clock.now()
        if fresh.count >= 1000 { fresh = fresh.filter { now.timeIntervalSince($0.value) < Self.settling } }
        fresh[job.name] = now
    }

    /// The observations of these runs, as far as the calls of one turn reach.
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
                // One unreadable handle must not hide the other runs.
                log.error("a run cannot be watched", ["run": handle.runID.rawValue, "error": error.message])
            }
        }
        remember(jobs)
        // A list shows the jobs of one region. Jobs of another region, from an earlier configuration, are described
        // individually.
        let listed = jobs.values.count { $0.job.region == region }
        var found: [Observation] = []
        var failure: BackendError?
        var progressed = false
        if listed > 1 {
            if sweep != nil || isDue { failure = await turn(of: jobs, listed, &found, &progressed) }
        } else {
            // For a single job, one description costs less than a search in lists.
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
        // Observations before an error are returned. Without observations, the error is thrown.
        if let failure {
            guard progressed else { throw failure }
            log.debug("SageMaker did not answer in full", ["error": failure.message])
        }
        if progressed, sweep != nil || !ended.isEmpty || (!unseen.isEmpty && listed > 1) { pulse.yield() }
        return found
    }

    /// The outcome of an ended job: the kept one if there is one, otherwise by a call.
    func outcome(of job: TrainingHandle) async throws(AWSError) -> Outcome? {
        if let kept = outcomes.take(of: job.name) { return kept }
        return try await service.describe(job).map { TrainingOutcome(job, $0, prices: prices).outcome }
    }

    private func remember(_ jobs: Jobs) {
        let now = service.clock.now()
        known = known.filter { jobs[$0.key] != nil }
        for name in jobs.keys where known[name] == nil {
            // By this machine's clock, which may be ahead of the service's.
            let created = fresh[name].map { $0.timeIntervalSince1970 - Self.settling }
            known[name] = Known(since: now, created: created)
        }
        ended = ended.filter { jobs[$0] != nil }
        unseen = unseen.filter { jobs[$0] != nil }
    }

    // MARK: Sweeps

    private var isDue: Bool {
        let left = rest.until.timeIntervalSince(service.clock.now())
        // A clock that was set back must not prolong the pause.
        return left <= 0 || left > Self.longestRest
    }

    /// Reads the pages of one call. Returns the error that ended it, if any.
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

    /// Reads one page. Returns whether the sweep continues.
    private func page(
        of jobs: Jobs, _ listed: Int, _ found: inout [Observation]
    ) async throws(BackendError) -> Bool {
        var current = sweep ?? begin(Set(jobs.keys))
        sweep = current
        let page: (jobs: [TrainingSummary], next: String?)
        do throws(AWSError) {
            page = try await service.list(current.query)
        } catch {
            // If the service rejects a token as too old, a new sweep begins.
            if error.kind == .invalid, current.token != nil { sweep = nil }
            throw Refusal.explained(error)
        }
        for summary in page.jobs {
            guard let (runID, _) = jobs[summary.name] else { continue }
            current.seen.insert(summary.name)
            let status = TrainingStatus(primary: summary.status, secondary: summary.secondary)
            let isNew = known[summary.name]?.status != status
            if isNew { current.hasNews = true }
            // A job without a credible creation time must not shorten the time range of the next list.
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
        // Appended to the jobs that already wait, so that each job is described in turn.
        let waiting = Set(unseen)
        unseen += jobs.keys.filter { name in
            !sweep.seen.contains(name) && !waiting.contains(name)
                && known[name].map { $0.since <= sweep.began } ?? false
        }
        self.sweep = nil
        // The host itself paces sweeps that take one call.
        let seconds = sweep.calls == 0 || sweep.hasNews ? 0 : min(Self.longestRest, rest.seconds * 2 + 1)
        rest = (service.clock.now().addingTimeInterval(seconds), seconds)
    }

    // MARK: Descriptions

    /// Describes jobs individually, 8 at a time. Returns the observations, the number of answers and the last error.
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

    /// Nil if there is nothing to report yet.
    private func observation(of runID: RunID, _ job: TrainingHandle, _ description: JSONValue?) -> Observation? {
        guard let description else {
            if let made = fresh[job.name], service.clock.now().timeIntervalSince(made) < Self.settling { return nil }
            return Observation(
                runID: runID, phase: .missing,
                cause: Cause(.lost, "The training job \(job.name) in \(job.region) no longer exists."),
                backendStatus: "Unknown")
        }
        var observation = TrainingEnd(description: description).observation(of: runID)
        let status = TrainingStatus(
            primary: description["TrainingJobStatus"]?.stringValue ?? "",
            secondary: description["SecondaryStatus"]?.stringValue)
        if known[job.name]?.status == status { observation.message = nil }
        known[job.name]?.status = status
        known[job.name]?.created = description["CreationTime"]?.timeValue?.timeIntervalSince1970
        if status.isEnd { outcomes.keep(TrainingOutcome(job, description, prices: prices).outcome, of: job.name) }
        return observation
    }
}
