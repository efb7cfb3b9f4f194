internal import FoundationEssentials

/// Drives one claimed run through the stages up to submit. The result of each stage is stored before the next stage
/// begins, so that the next owner after a crash continues after the last stored stage.
struct RunDriver: Sendable {
    /// How far a run was driven.
    enum Progress: Sendable {
        /// The backend has accepted the run.
        case submitted(RunRecord)
        /// The run has ended or was requeued; its record shows which.
        case over(RunRecord)
        /// The program is leaving; another owner continues the run later.
        case interrupted(RunRecord)
        /// It is unknown whether the backend has the run. The backend must be queried again before anything else is
        /// done.
        case unknown(RunRecord, reason: String)
    }

    let store: Store
    let backends: Backends
    let contexts: any ContextProvider
    let clock: HostClock
    let log: Logger
    /// Whether the program is leaving and must not begin another step.
    let isLeaving: @Sendable () -> Bool
    /// Whether the run may be requeued. False for a run without a queue that a user waits for.
    let mayRequeue: Bool
    /// Gets the progress of builds and pulls.
    let progress: @Sendable (RunID, BuildProgress) -> Void

    /// Drives the run as far as possible.
    /// - Throws: `StoreError`; `.stale` if the run has a new owner and must be dropped.
    func drive(_ record: RunRecord) async throws(StoreError) -> Progress {
        var record = record
        if record.crashes >= Store.mostCrashes { return .over(try setAside(record)) }
        if let damage = record.damage, record.handle == nil { return try await end(damaged: record, damage) }
        // The previous owner may have died during a submit.
        var mayBeThere = record.state == .submitting
        do {
            while record.handle == nil {
                let present = try store.run(record.id)
                if present.stopRequestedAt != nil {
                    switch try await place(of: record) {
                    case .there(let found): return .submitted(found)
                    case .unknown(let reason) where mayBeThere: return .unknown(record, reason: reason)
                    case .nowhere, .unknown:
                        return .over(try end(record, .stopped, Self.early(present)))
                    }
                }
                if isLeaving() { return .interrupted(record) }
                record = try await step(record)
                if record.state.isTerminal || record.state == .queued { return .over(record) }
            }
            return .submitted(record)
        } catch let error as StoreError {
            throw error
        } catch let failure as SubmitStage.Failure {
            mayBeThere = mayBeThere || failure.mayBeThere
            return try await failed(record, failure.error, mayBeThere: mayBeThere)
        } catch let error as BackendError {
            return try await failed(record, error, mayBeThere: mayBeThere)
        } catch let error as LaunchError {
            let details = error.diagnostics.map { diagnostic in
                (diagnostic.path.map { "\($0): " } ?? "") + diagnostic.message
                    + (diagnostic.hint.map { " (\($0))" } ?? "")
            }
            let message = ([error.description] + details).joined(separator: "\n")
            return .over(try end(record, .failed, Cause(.invalidRequest, message)))
        } catch {
            return .over(try end(record, .failed, Cause(.internalFault, "\(error)")))
        }
    }

    /// Executes the next stage.
    private func step(_ record: RunRecord) async throws -> RunRecord {
        guard let job = record.resolved else {
            let job = try resolve(record)
            return try store.transition(
                record.id, token: record.claimToken, to: Self.state(of: job), changes: RunChanges(resolved: job))
        }
        // The queue's owner may have changed the policy since the run was resolved. The run has not begun, so the new
        // policy applies.
        if record.state == .claimed { try resolveStage(of: record).refuse(record.spec) }
        guard let image = record.image else {
            let registry = try backends.registry(
                for: record.resource, rehearse: record.spec.rehearse, job.rehearsal ?? record.spec.rehearsal)
            let stage = ImageStage(registry: registry, builder: backends.builder, contexts: contexts)
            let id = record.id
            let buildLog = job.source.isImage ? nil : BuildLog(path: try buildLogPath(of: id))
            defer { buildLog?.close() }
            // A requeued run was claimed again.
            if record.state == .claimed {
                try store.transition(id, token: record.claimToken, to: Self.state(of: job))
            }
            let decision = try await stage.image(
                job.source, project: job.project, queue: record.spec.queue, demandsPin: job.demandsPin ?? false
            ) { step in
                buildLog?.append(step)
                progress(id, step)
            }
            if decision.way == .unpinned {
                log.warning(
                    "an image is sent unpinned: its registry denies the look-up",
                    ["run": id.rawValue, "image": decision.image?.name ?? ""])
            }
            return try store.record(
                record.id, token: record.claimToken, RunChanges(image: decision.image, imageDecision: decision.summary))
        }
        let runner = try backends.runner(for: record)
        guard let request = record.request else {
            var request = try RenderStage.request(
                for: job, image: image, runner: runner, facts: try await runner.facts(for: job))
            // A job that an older program resolved does not have the options.
            request.rehearsal = job.rehearsal ?? record.spec.rehearsal
            if record.queue != nil { request.rehearsal?.usesOwnCredentials = nil }
            try ValidateStage.refuseErrors(in: request, runner: runner)
            let id = record.id
            try await runner.prepare(for: request) { progress(id, $0) }
            // From here on the backend may hold something of this run: the intent is stored before the call.
            return try store.transition(
                record.id, token: record.claimToken, to: .submitting, changes: RunChanges(request: request))
        }
        guard record.state == .submitting else {
            // A requeued run is submitted again with its stored request.
            return try store.transition(record.id, token: record.claimToken, to: .submitting)
        }
        let handle = try await submitStage(runner).submit(request, as: record.id)
        tellPlace(of: record, handle, runner, "run submitted")
        return try store.transition(
            record.id, token: record.claimToken, to: .starting, changes: RunChanges(handle: handle))
    }

    /// The state of a run during the image stage: `building` only if its image is built from source.
    private static func state(of job: ResolvedJob) -> RunState { job.source.isImage ? .preparing : .building }

    /// Logs the location of a run in its backend, and the page that shows it.
    private func tellPlace(of record: RunRecord, _ handle: RunHandle, _ runner: any Runner, _ words: String) {
        let name = handle.fields["name"] ?? handle.fields["container"].map { String($0.prefix(12)) }
        var place = log.with(["run": record.id.rawValue])
        if let name { place = place.with(["backend": "\(record.resource) \(name)"]) }
        if let page = runner.page(of: handle) { place = place.with(["page": page]) }
        place.info(words)
    }

    private func submitStage(_ runner: any Runner) -> SubmitStage {
        SubmitStage(runner: runner, clock: clock, log: log, isLeaving: isLeaving)
    }

    private func buildLogPath(of id: RunID) throws(StoreError) -> String {
        _ = try store.home.makeFolder(of: id)
        return store.home.buildLog(of: id)
    }

    private func resolve(_ record: RunRecord) throws -> ResolvedJob {
        try resolveStage(of: record).job(record.spec, as: record.id)
    }

    /// The resolve stage with the queue's present rules. A row whose columns contradict its spec is refused.
    private func resolveStage(of record: RunRecord) throws -> ResolveStage {
        try RowCheck(home: store.home).refuse(record)
        let plugin = try backends.plugin(for: record.resource)
        return ResolveStage(
            queue: try ResolveStage.Queue(of: record.spec, plugin: plugin, store: store), plugin: plugin)
    }

    // MARK: runs that cannot be driven

    /// Ends a run that crashed every program that worked on it, so that other runs continue.
    private func setAside(_ record: RunRecord) throws(StoreError) -> RunRecord {
        let mayBeThere = record.request != nil && record.handle == nil
        let place = mayBeThere ? " The backend may have it: look there for \(record.id)." : ""
        log.error("run set aside", ["run": record.id.rawValue, "crashes": "\(record.crashes)"])
        return try end(
            record, .failed,
            Cause(
                .internalFault,
                "\(record.crashes) programs ended while they worked on this run (\(record.state.rawValue)), and so it is "
                    + "set aside.\(place) 'launch events \(record.id)' has its history; please report it."))
    }

    /// Ends a run whose record cannot be read, unless the backend has it. Then it is observed.
    private func end(damaged record: RunRecord, _ damage: String) async throws(StoreError) -> Progress {
        switch try await place(of: record) {
        case .there(let found): return .submitted(found)
        case .unknown(let reason): return .unknown(record, reason: reason)
        case .nowhere: break
        }
        let isLost = record.request == nil && record.state.mayBecome(.submitting) == false
        let place = isLost ? " The backend may have it: look there for \(record.id)." : ""
        return .over(
            try end(
                record, .failed,
                Cause(.internalFault, "The run's record in the database cannot be read. \(damage)\(place)")))
    }

    // MARK: ends

    private func failed(
        _ record: RunRecord, _ error: BackendError, mayBeThere: Bool
    ) async throws(StoreError) -> Progress {
        var error = error
        // A submit without a response may have succeeded; then the run has begun. A refused submit has not started the
        // run.
        if mayBeThere || ![.invalid, .denied, .conflict].contains(error.category) {
            switch try await place(of: record) {
            case .there(let found): return .submitted(found)
            case .unknown(let reason) where mayBeThere && record.queue != nil && mayRequeue:
                // In its queue the run could be stopped or forgotten while it runs and costs money, so its state is
                // kept.
                return .unknown(record, reason: "\(error.description) \(reason)")
            case .unknown where mayBeThere:
                error.message += " The backend may nevertheless have the run; look there."
            case .nowhere, .unknown: break
            }
        }
        switch error.category {
        case .cancelled:
            let present = try store.run(record.id)
            guard present.stopRequestedAt != nil else { return .interrupted(record) }
            return .over(try end(record, .stopped, Self.early(present)))
        case .throttled, .transient, .unavailable, .capacity, .quota, .expired, .unauthenticated:
            guard record.queue != nil, mayRequeue else { break }
            if let limit = waitLimit(of: record) { return .over(try end(record, .failed, limit(error))) }
            return .over(try requeue(record, error))
        default:
            break
        }
        let isImage = (record.resolved?.source ?? record.spec.source).isImage
        let code: Cause.Code =
            switch record.state {
            case _ where error.category == .unavailable: .unavailable
            case .claimed where record.resolved == nil: .invalidRequest
            case _ where record.state.mayBecome(.building) && record.image == nil: isImage ? .image : .build
            case _ where record.state.mayBecome(.building): error.category == .invalid ? .invalidRequest : .image
            default: .submit
            }
        return .over(try end(record, .failed, Cause(code, error.description)))
    }

    /// Whether a run without a stored handle exists in the backend.
    private enum Place {
        /// The run is in the backend; the record has the handle.
        case there(RunRecord)
        /// The run is only in the store.
        case nowhere
        /// The backend does not answer, for this reason.
        case unknown(String)
    }

    /// Finds what an earlier submit, by this program or by one that died, left in the backend. Without a stored
    /// request, nothing was submitted.
    private func place(of record: RunRecord) async throws(StoreError) -> Place {
        guard let request = record.request, record.handle == nil else { return .nowhere }
        guard let runner = try? backends.runner(for: record) else {
            return .unknown("The configuration no longer has this backend.")
        }
        let handle: RunHandle?
        do throws(BackendError) {
            handle = try await submitStage(runner).find(request, as: record.id)
        } catch  where error.category == .conflict {
            // The object with the run's name in the backend belongs to another program.
            return .nowhere
        } catch {
            log.warning(
                "the backend does not say whether it has the run",
                ["run": record.id.rawValue, "error": error.description])
            return .unknown(error.description)
        }
        guard let handle else { return .nowhere }
        tellPlace(of: record, handle, runner, "run found in its backend")
        let changes = RunChanges(handle: handle)
        guard record.state.mayBecome(.starting) else {
            // The run had progressed further, and its handle could not be read.
            return .there(try store.record(record.id, token: record.claimToken, changes))
        }
        return .there(try store.transition(record.id, token: record.claimToken, to: .starting, changes: changes))
    }

    /// Returns the run to its queue for a while, because the cause of the error may pass.
    private func requeue(_ record: RunRecord, _ error: BackendError) throws(StoreError) -> RunRecord {
        let code = Self.code(of: error, record)
        let wait = error.retryAfter ?? .seconds(min(300, 5 << min(record.attempts, 6)))
        log.warning("run goes back to its queue", ["run": record.id.rawValue, "error": error.description])
        return try store.requeue(
            record.id, token: record.claimToken, cause: Cause(code, error.description),
            notBefore: Timestamp(clock.now().addingTimeInterval(wait / .seconds(1))))
    }

    private static func code(of error: BackendError, _ record: RunRecord) -> Cause.Code {
        switch error.category {
        case .capacity: .capacity
        case .quota: .quota
        case .unavailable: .unavailable
        default: record.state == .submitting ? .submit : .image
        }
    }

    /// The cause of the end of a run that has waited as long as its queue allows; nil if it may wait longer.
    private func waitLimit(of record: RunRecord) -> ((BackendError) -> Cause)? {
        guard let limit = record.resolved?.retry?.waitSeconds, let since = record.waitingSince,
            clock.now().timeIntervalSince(since.date) >= limit
        else { return nil }
        let words = "It has waited since \(since), which is the limit of its queue's 'retry.wait'."
        return { error in Cause(Self.code(of: error, record), "\(error.description) \(words)") }
    }

    private static func early(_ record: RunRecord) -> Cause {
        Cause.stop("Stopped before it was submitted", of: record.stopRequestedBy)
    }

    private func end(_ record: RunRecord, _ state: RunState, _ cause: Cause) throws(StoreError) -> RunRecord {
        try store.transition(record.id, token: record.claimToken, to: state, cause: cause)
    }
}

extension Source {
    var isImage: Bool {
        switch self {
        case .code, .git: false
        case .image, .template, .algorithm: true
        }
    }
}
