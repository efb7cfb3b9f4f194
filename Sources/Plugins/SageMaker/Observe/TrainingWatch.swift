internal import AWS
internal import FoundationEssentials
internal import LaunchHost
internal import Synchronization

/// Watches any number of training jobs with few calls.
///
/// `ListTrainingJobs` gives 100 jobs a page, newest first, and only two calls a second for the whole account. So many jobs
/// are looked over in a sweep: page after page until each was seen, a few pages a call of `observe`, so that stops and ends
/// need not wait for the whole. A job that is seen ended is described once; one that a sweep did not show is asked for by
/// itself. What is kept between calls makes sweeps shorter, and nothing true.
actor TrainingWatch {
    /// What is known of a job between two calls.
    private struct Known {
        /// When it was asked for first: a sweep that began before does not tell of it.
        var since: Date
        /// When it was made, in seconds since 1970, once a list has told.
        var created: Double?
        var status: TrainingStatus?
    }

    /// One look over all jobs.
    private struct Sweep {
        let began: Date
        let createdAfter: Double?
        let nameContains: String?
        var token: String?
        var pages = 0
        var seen: Set<String> = []
    }

    /// Pages of one call of `observe`: what else the host has to do waits for as many seconds.
    private static let pagesPerCall = 4
    /// Jobs that one call asks for one by one because no list has shown them.
    private static let askedPerCall = 10
    /// Ends whose description waits for `finish`, so that an end costs one call.
    private static let keptEnds = 1000

    private let service: TrainingService
    private let log: Logger
    private var known: [String: Known] = [:]
    private var sweep: Sweep?
    private var unseen: [String] = []
    private var ends: [String: JSONValue] = [:]
    /// A pulse whenever the next call of `observe` has something to go on with.
    nonisolated let changes: AsyncStream<Void>
    private let pulse: AsyncStream<Void>.Continuation

    init(_ service: TrainingService, log: Logger) {
        self.service = service
        self.log = log
        (changes, pulse) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// What SageMaker says of these runs, as far as the calls of one turn reach.
    func observe(_ handles: [RunHandle]) async throws(BackendError) -> [Observation] {
        var jobs: [String: (runID: RunID, job: TrainingHandle)] = [:]
        for handle in handles {
            let job = try TrainingHandle(handle)
            jobs[job.name] = (handle.runID, job)
        }
        known = known.filter { jobs[$0.key] != nil }
        let now = service.clock.now()
        for name in jobs.keys where known[name] == nil { known[name] = Known(since: now) }
        // One job alone is cheaper to ask for than to find in a list.
        if jobs.count <= 1 {
            sweep = nil
            return try await described(jobs.values.map { $0 })
        }
        return try await swept(jobs)
    }

    /// The description of a job that was observed to have ended, once; else asks for it.
    func end(of job: TrainingHandle) async throws(AWSError) -> JSONValue? {
        if let kept = ends.removeValue(forKey: job.name) { return kept }
        return try await service.describe(job)
    }

    // MARK: sweeping

    private func swept(
        _ jobs: [String: (runID: RunID, job: TrainingHandle)]
    ) async throws(BackendError) -> [Observation] {
        var found: [Observation] = []
        var ended: [(runID: RunID, job: TrainingHandle)] = []
        do throws(BackendError) {
            for _ in 0..<Self.pagesPerCall {
                guard try await page(of: jobs, &found, &ended) else { break }
            }
            let asked = unseen.prefix(Self.askedPerCall)
            unseen.removeFirst(asked.count)
            found += try await described(ended + asked.compactMap { jobs[$0] })
        } catch {
            // What was learned before the error holds; without anything, the host is told.
            guard !found.isEmpty else { throw error }
            log.warning("SageMaker did not answer in full", ["error": error.message])
        }
        if sweep != nil || !unseen.isEmpty { pulse.yield() }
        return found
    }

    /// Takes one page in. Answers whether the sweep goes on.
    private func page(
        of jobs: [String: (runID: RunID, job: TrainingHandle)], _ found: inout [Observation],
        _ ended: inout [(runID: RunID, job: TrainingHandle)]
    ) async throws(BackendError) -> Bool {
        var current = sweep ?? begin(Set(jobs.keys))
        sweep = current
        let query = TrainingService.ListQuery(
            createdAfter: current.createdAfter, nameContains: current.nameContains, token: current.token)
        let page: (jobs: [TrainingSummary], next: String?)
        do throws(AWSError) {
            page = try await service.list(query)
        } catch {
            // A token that is too old begins a new sweep, and nothing else.
            if error.kind == .invalid, current.token != nil { sweep = nil }
            throw Refusal.explained(error)
        }
        for summary in page.jobs {
            guard let (runID, job) = jobs[summary.name] else { continue }
            current.seen.insert(summary.name)
            let status = TrainingStatus(primary: summary.status, secondary: summary.secondary)
            let isNew = known[summary.name]?.status != status
            known[summary.name]?.created = summary.created
            known[summary.name]?.status = status
            if status.isEnd {
                ended.append((runID, job))
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
        // A list may go back years: far behind the jobs that it should show, the rest are asked for by themselves.
        let enough = current.pages >= 2 * (jobs.count / 100 + 1) + 8
        guard page.next == nil || enough || current.seen.count >= jobs.count else { return true }
        unseen = jobs.keys.filter { name in
            !current.seen.contains(name) && known[name].map { $0.since <= current.began } ?? false
        }
        sweep = nil
        return false
    }

    private func begin(_ names: Set<String>) -> Sweep {
        let created = names.map { known[$0]?.created }
        let oldest = created.contains(nil) ? nil : created.compactMap(\.self).min()
        return Sweep(
            began: service.clock.now(), createdAfter: oldest.map { $0 - 2 }, nameContains: Self.commonStart(of: names))
    }

    /// What all names begin with, which spares the pages that show only strangers; nil where that is next to nothing.
    static func commonStart(of names: Set<String>) -> String? {
        guard let first = names.min(), let last = names.max() else { return nil }
        let common = zip(first, last).prefix { $0 == $1 }.map(\.0)
        return common.count >= 3 ? String(common.prefix(TrainingJobName.longest)) : nil
    }

    // MARK: describing

    /// Asks for jobs one by one, a few at once.
    private func described(
        _ jobs: [(runID: RunID, job: TrainingHandle)]
    ) async throws(BackendError) -> [Observation] {
        let service = service
        var waiting = jobs[...]
        var found: [Observation] = []
        var failure: AWSError?
        await withTaskGroup(of: (RunID, TrainingHandle, Result<JSONValue?, AWSError>).self) { group in
            func add() {
                guard let (runID, job) = waiting.popFirst() else { return }
                group.addTask {
                    do throws(AWSError) {
                        return (runID, job, .success(try await service.describe(job)))
                    } catch {
                        return (runID, job, .failure(error))
                    }
                }
            }
            for _ in 0..<8 { add() }
            for await (runID, job, result) in group {
                switch result {
                case .success(let description): found.append(observation(of: runID, job, description))
                case .failure(let error): failure = error
                }
                add()
            }
        }
        if let failure, found.isEmpty { throw Refusal.explained(failure) }
        return found
    }

    private func observation(of runID: RunID, _ job: TrainingHandle, _ description: JSONValue?) -> Observation {
        guard let description else {
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
        known[job.name]?.created = description["CreationTime"]?.doubleValue
        if status.isEnd, ends.count < Self.keptEnds { ends[job.name] = description }
        return observation
    }
}
