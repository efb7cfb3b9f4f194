internal import FoundationEssentials
internal import LaunchConcurrency

/// Drives one claimed run through the stages up to submit: carries out the effects of `RunDrive`.
struct RunDriver: Sendable {
    let store: Store
    let backends: Backends
    let contexts: any ContextProvider
    let clock: HostClock
    let log: Logger
    /// Whether the program is leaving and must not begin another stage.
    let isLeaving: @Sendable () -> Bool
    /// Whether the run may be requeued. False for a run without a queue that a user waits for.
    let mayRequeue: Bool
    /// Suspects are driven one at a time.
    let suspects: AsyncSemaphore
    let metrics: AgentMetrics
    /// Gets the progress of builds and pulls.
    let progress: @Sendable (RunID, BuildProgress) -> Void

    /// Drives the run until the backend has it, it has ended, or another owner must continue it. If the store or the
    /// backend does not respond, the driver retries as long as its program lives.
    /// - Parameter isContradicted: see `RunDrive.init`.
    func drive(_ record: RunRecord, isContradicted: Bool = false) async -> RunDrive.End {
        var drive = RunDrive(
            record, mayRequeue: mayRequeue, isOtherRunner: backends.isRehearsedByChoice(record),
            isContradicted: isContradicted)
        var effects = drive.begin()[...]
        var hasTurn = false
        while let effect = effects.popFirst() {
            switch effect {
            case .beginWork(isSuspect: true) where !hasTurn: hasTurn = await suspects.acquire()
            case .rest where hasTurn:
                suspects.release()
                hasTurn = false
            default: break
            }
            guard let event = await answer(effect, drive.run) else { continue }
            effects += drive.receive(event, RunDrive.Conditions(now: clock.now(), isLeaving: isLeaving()))
        }
        if hasTurn { suspects.release() }
        return drive.end ?? .dropped
    }

    private func answer(_ effect: RunDrive.Effect, _ run: RunRecord) async -> RunDrive.Event? {
        do {
            return try await carryOut(effect, run)
        } catch let error as StoreError {
            return .storeFailed(error)
        } catch let failure as SubmitStage.Failure {
            return .failed(failure.error, mayBeThere: failure.mayBeThere)
        } catch let error as BackendError {
            return .failed(error, mayBeThere: false)
        } catch let error as LaunchError where error.kind == .configuration {
            return .failed(BackendError(.configuration, Self.cause(of: error).message), mayBeThere: false)
        } catch let error as LaunchError {
            return .refused(Self.cause(of: error))
        } catch {
            return .refused(Cause(.internalFault, "\(error)"))
        }
    }

    private func carryOut(_ effect: RunDrive.Effect, _ run: RunRecord) async throws -> RunDrive.Event? {
        switch effect {
        case .beginWork: return .begun(try await store.beginWork(on: run.id, token: run.fencingToken))
        case .look: return .looked(try await store.run(run.id, token: run.fencingToken))
        case .checkRules:
            let stage = try await resolveStage(of: run)
            try stage.refuse(run.spec)
            if let job = run.resolved { _ = try demand(of: job, stage, run) }
            return .permitted
        case .resolve:
            let stage = try await resolveStage(of: run)
            let job = try stage.job(run.spec, as: run.id)
            return .resolved(job, try demand(of: job, stage, run))
        case .makeImage(let job): return try await makeImage(of: job, run)
        case .render(let job, let image): return .rendered(try await render(job, image, run))
        case .submit(let request):
            let runner = try backends.runner(for: run)
            let handle = try await counted(run.resource) { () async throws(SubmitStage.Failure) in
                try await submitStage(runner).submit(request, as: run.id)
            }
            log(handle, runner, run, "run submitted")
            return .submitted(handle)
        case .find(let request): return await find(request, run)
        case .write(let write): return await .stored(try carryOut(write, run))
        case .rest(let duration):
            await rest(duration)
            return .reread(try await store.run(run.id, token: run.fencingToken))
        case .reread: return .reread(try await store.run(run.id, token: run.fencingToken))
        case .log(let level, let message, let fields):
            log(level, message, fields, run)
            return nil
        }
    }

    private func carryOut(_ write: RunDrive.Write, _ run: RunRecord) async throws(StoreError) -> RunRecord {
        let (id, token) = (run.id, run.fencingToken)
        switch write {
        case .move(let state, let cause, let changes):
            return try await store.transition(id, token: token, to: state, cause: cause, changes: changes)
        case .admit(let state, let changes, let demand, let mayReturn):
            return try await store.admit(
                id, token: token, of: run.queue, to: state, demand: demand, mayReturn: mayReturn, changes: changes)
        case .keep(let changes): return try await store.record(id, token: token, changes)
        case .requeue(let cause, let time):
            return try await store.requeue(id, token: token, cause: cause, notBefore: Timestamp(time))
        case .pause(let note):
            if let note { try await store.note(id, token: token, note) }
            // If the program ends during the wait, the run is not the cause.
            try await store.endWork(on: id, token: token)
            return run
        case .release: return try await store.release(id, token: token)
        }
    }

    // MARK: stages

    private func makeImage(of job: ResolvedJob, _ run: RunRecord) async throws -> RunDrive.Event {
        let registry = try backends.registry(
            for: run.resource, rehearse: run.spec.rehearse, job.rehearsal ?? run.spec.rehearsal)
        let stage = ImageStage(registry: registry, builder: backends.builder, contexts: contexts)
        let buildLog = job.source.isImage ? nil : BuildLog(path: try buildLogPath(of: run.id), isShared: store.isShared)
        let began = clock.elapsed()
        var way: ImageDecision.Way?
        defer {
            buildLog?.close()
            if let buildLog { metrics.imaged(way, in: clock.elapsed() - began, logBytes: buildLog.size) }
        }
        let decision = try await store.sharing(buildLog, of: run, clock) {
            try await stage.image(
                job.source, project: job.project, queue: run.spec.queue, demandsPin: job.demandsPin ?? false
            ) { step in
                buildLog?.append(step)
                progress(run.id, step)
            }
        }
        way = decision.way
        guard let image = decision.image else {
            throw BackendError(.internalFault, "The image stage returned no image: \(decision.summary).")
        }
        if decision.way == .unpinned {
            log.warning(
                "an image is sent unpinned: its registry denies the look-up",
                ["run": run.id.rawValue, "image": image.name])
        }
        return .imaged(image, decision: decision.summary)
    }

    private func buildLogPath(of id: RunID) throws(StoreError) -> String {
        _ = try store.home.makeFolder(of: id)
        return store.home.buildLog(of: id)
    }

    private func render(_ job: ResolvedJob, _ image: PinnedImage, _ run: RunRecord) async throws -> RunRequest {
        let runner = try backends.runner(for: run)
        let code = try await CodeStage.code(of: job, contexts)
        var request = try RenderStage.request(
            for: job, image: image, runner: runner, facts: try await runner.facts(for: job), code: code?.summary)
        // A job that an older program resolved does not have the options.
        request.rehearsal = job.rehearsal ?? run.spec.rehearsal
        if run.queue != nil { request.rehearsal?.usesOwnCredentials = nil }
        if let code, runner is RehearsalRunner {
            request.rehearsal = try CodeStage.options(request.rehearsal, reading: code)
        }
        let readsCodeHere = (runner as? any CodeCarrying)?.readsCodeHere == true
        if readsCodeHere { request.codeFolder = code?.folder }
        try ValidateStage.refuseErrors(in: request, runner: runner)
        if let code, !readsCodeHere, !(runner is RehearsalRunner) {
            let stage = CodeStage(environment: backends.environment, scratch: try store.home.makeFolder(of: run.id))
            let summary = try await stage.upload(code, of: job, for: request, runner: runner) {
                progress(run.id, BuildProgress(.push, $0))
            }
            log.info("code of a run is uploaded", ["run": run.id.rawValue, "code": summary])
        }
        try await runner.prepare(for: request) { progress(run.id, $0) }
        return request
    }

    /// The resolve stage with the queue's present rules. A row whose columns contradict its spec is refused.
    private func resolveStage(of run: RunRecord) async throws -> ResolveStage {
        try RowCheck(home: store.home, serverSetsAuthors: store.authenticatesAuthors).refuse(run)
        let plugin = try backends.plugin(for: run.resource)
        return ResolveStage(
            queue: try await ResolveStage.Queue(of: run.spec, plugin: plugin, store: store), plugin: plugin)
    }

    /// The instances that the run occupies.
    /// - Throws: `LaunchError` if they alone exceed a limit of the queue, so that the run can never start.
    private func demand(of job: ResolvedJob, _ stage: ResolveStage, _ run: RunRecord) throws -> RunDemand {
        guard let queue = run.queue else { return .none }
        let demands = try backends.runner(for: run).demand(of: job)
        let refusals = stage.queue.limits?.refusals(of: demands) ?? []
        guard refusals.isEmpty else {
            throw LaunchError(
                .invalid, "The run does not fit queue \(queue).",
                diagnostics: refusals.map { Diagnostic(.error, $0.message, hint: $0.hint, path: $0.path) })
        }
        return RunDemand(demands)
    }

    /// Counts a submit by its result.
    private func counted(
        _ resource: String, _ submit: () async throws(SubmitStage.Failure) -> RunHandle
    ) async throws(SubmitStage.Failure) -> RunHandle {
        do throws(SubmitStage.Failure) {
            let handle = try await submit()
            metrics.submitted(to: resource, nil)
            return handle
        } catch {
            metrics.submitted(to: resource, error.error)
            throw error
        }
    }

    private func submitStage(_ runner: any Runner) -> SubmitStage {
        SubmitStage(runner: runner, clock: clock, log: log, isLeaving: isLeaving)
    }

    /// Finds what an earlier submit, by this program or by one that died, left in the backend.
    private func find(_ request: RunRequest, _ run: RunRecord) async -> RunDrive.Event {
        guard let runner = try? backends.runner(for: run) else {
            return .unanswered("The configuration no longer has this backend.")
        }
        do throws(BackendError) {
            let handle = try await submitStage(runner).find(request, as: run.id)
            if let handle { log(handle, runner, run, "run found in its backend") }
            return .found(handle)
        } catch {
            guard error.category.disposition(in: .find) == .callAgain else { return .found(nil) }
            log.warning(
                "the backend does not say whether it has the run",
                ["run": run.id.rawValue, "error": error.description])
            return .unanswered(error.description)
        }
    }

    /// A stop request does not shorten the wait, because it waits for the same backend.
    private func rest(_ duration: Duration) async {
        let (clock, isLeaving) = (clock, isLeaving)
        await withUncancelledTask {
            for _ in 0..<max(1, Int(saturating: duration / .seconds(1))) where !isLeaving() {
                try? await clock.sleep(.seconds(1))
            }
        }
    }

    // MARK: texts

    /// Logs the location of a run in its backend, and the page that shows it.
    private func log(_ handle: RunHandle, _ runner: any Runner, _ run: RunRecord, _ words: String) {
        let name = handle.fields["name"] ?? handle.fields["container"].map { String($0.prefix(12)) }
        var log = log.with(["run": run.id.rawValue])
        if let name { log = log.with(["backend": "\(run.resource) \(name)"]) }
        if let page = runner.page(of: handle) { log = log.with(["page": page]) }
        log.info(words)
    }

    private func log(_ level: Logger.Level, _ message: String, _ fields: [String: String], _ run: RunRecord) {
        var log = log.with(["run": run.id.rawValue])
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) { log = log.with([name: value]) }
        log.log(level, message)
    }

    private static func cause(of error: LaunchError) -> Cause {
        let details = error.diagnostics.map { diagnostic in
            (diagnostic.path.map { "\($0): " } ?? "") + diagnostic.message
                + (diagnostic.hint.map { " (\($0))" } ?? "")
        }
        return Cause(.invalidRequest, ([error.description] + details).joined(separator: "\n"))
    }
}

extension Source {
    var isImage: Bool {
        switch self {
        case .code, .git: false
        case .image, .template, .algorithm, .noImage: true
        }
    }
}
