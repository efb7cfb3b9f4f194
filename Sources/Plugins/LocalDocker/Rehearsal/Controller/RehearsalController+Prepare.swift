internal import ContainerEngine
internal import FoundationEssentials
internal import LaunchPluginKit

/// Preparing: fetches inputs, creates the containers, starts them.
extension RehearsalController {
    /// Prepares everything up to the start. Repeated after a failure or a takeover.
    func prepare() async throws(BackendError) {
        // During a retry, its reason stays visible until there is news.
        if !isTryingAgain { show(state.attempt == 1 ? .starting : .restarting, "") }
        var containers = try await containers()
        // Checks first that results can be kept, before the job spends time.
        let packer = packer(containers.engine)
        for result in rehearsalPlan.results where state.attempt == 1 { try await packer.check(result) }
        try await openEndpoint(&containers)
        let inputs = try await resolveInputs()
        let synced = try await beginSyncs(containers.engine)
        let resources = try await fitting(containers.engine)
        state.timeline.resources = resources
        if !rehearsalPlan.inputs.isEmpty || !synced.isEmpty { show(.downloading, "placing the inputs") }
        var plans: [(RehearsalPlan.Host, HostPlan)] = []
        for host in rehearsalPlan.hosts {
            let plan = try HostPlan(
                host, of: rehearsalPlan, inputs: inputs, synced: synced, attempt: state.attempt, in: folder)
            for note in plan.notes { state.note(note) }
            plans.append((host, plan))
        }
        feeders = plans.flatMap(\.1.feeders)
        let made = containers
        let failures = await withTaskGroup(of: BackendError?.self) { group in
            for (host, plan) in plans {
                group.addTask {
                    do throws(BackendError) {
                        _ = try await made.make(host, plan, resources: resources) { _ in }
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            return await group.reduce(into: [BackendError]()) { all, one in one.map { all.append($0) } }
        }
        if let failure = failures.first { throw failure }
        if Task.isCancelled { throw BackendError(.cancelled, "The preparation of run \(runID) was cancelled.") }
    }

    private func resolveInputs() async throws(BackendError) -> [ResolvedInput] {
        guard !rehearsalPlan.inputs.isEmpty else { return [] }
        let cache = try tools.cache()
        cache.sweep()
        let progress: @Sendable (String, Int64, Int64) -> Void = { [weak self] name, done, total in
            Task {
                await self?.showDownload("\(name) \(Megabytes.text(done)) of \(Megabytes.text(total)) MB")
            }
        }
        let resolver = InputResolver(objects: tools.objects, cache: cache, work: folder.work, progress: progress)
        let copies = LocalCopies(folder: folder, progress: progress)
        var resolved: [ResolvedInput] = []
        for input in rehearsalPlan.inputs {
            if !isTryingAgain { show(.downloading, input.name) }
            let found = try await resolver.resolve(input, hosts: rehearsalPlan.hosts.map(\.name))
            resolved.append(isMounted(input) ? try await copies.prepared(found) : found)
        }
        return resolved
    }

    /// True if hosts see the input's files through a mount: a read-only input, or a copy beside a pipe.
    private func isMounted(_ input: RehearsalPlan.Input) -> Bool {
        guard input.delivery == .copy else { return input.delivery == .readOnly }
        let path = ContainerPath.normal(input.path)
        return rehearsalPlan.inputs.contains { pipe in
            let parent = ContainerPath.normal(pipe.path).split(separator: "/").dropLast().joined(separator: "/")
            return pipe.delivery == .pipe && path.hasPrefix("/\(parent)/")
        }
    }

    /// Shows progress, if downloading is still the latest status.
    private func showDownload(_ message: String) {
        guard state.timeline.steps.last?.status == .downloading, state.stage == .preparing else { return }
        isTryingAgain = false
        show(.downloading, message)
    }

    /// The destinations of the synchronized folders, and the files that the hosts start with.
    private func beginSyncs(
        _ engine: EngineClient
    ) async throws(BackendError) -> [(path: String, files: [InputFile])] {
        syncs = try await makeSyncs(engine)
        var synced: [(path: String, files: [InputFile])] = []
        for sync in syncs {
            if !isTryingAgain { show(.downloading, sync.folder.path) }
            let files = try await sync.begin(hosts: rehearsalPlan.hosts.map(\.name)) { _ in }
            for note in await sync.notes.sorted() { state.note(note) }
            synced.append((sync.folder.path, files))
        }
        return synced
    }

    func makeSyncs(_ engine: EngineClient) async throws(BackendError) -> [FolderSync] {
        var made: [FolderSync] = []
        for (index, item) in rehearsalPlan.synced.enumerated() {
            let place = try item.place.map { text throws(BackendError) in try DataLocation(text) }
            let own = folder.synced(index)
            if place == nil { try folder.make(own) }
            made.append(
                FolderSync(
                    item,
                    at: try await SyncLocation(place ?? .path(own), objects: tools.objects, cache: try tools.cache()),
                    engine: engine, work: folder.work, limits: tools.limits))
        }
        return made
    }

    /// The resource limits. A lenient job loses limits that exceed this machine.
    private func fitting(_ engine: EngineClient) async throws(BackendError) -> ContainerJob.Resources {
        var resources = job.resources
        guard rehearsalPlan.isLenient, resources != ContainerJob.Resources() else { return resources }
        let info = try await engineCall { () async throws(EngineError) in try await engine.info() }
        if let gpus = resources.gpus, gpus != 0, !info.runtimes.contains("nvidia") {
            resources.gpus = nil
            state.note("This engine has no GPU runtime; the containers see no GPU.")
        }
        if let cpus = resources.cpus, let machine = info.processors, cpus > Double(machine) {
            resources.cpus = nil
            state.note("This machine has \(machine) processors, fewer than the requested \(cpus); all may be used.")
        }
        if let memory = resources.memoryBytes, let machine = info.memoryBytes, memory > machine {
            resources.memoryBytes = nil
            state.note(
                "This machine has \(Ending.size((machine >> 20) << 20)) of memory, less than the \(Ending.size(memory)) "
                    + "requested; all may be used.")
        }
        if let shared = resources.sharedMemoryBytes, let machine = info.memoryBytes, shared > machine {
            resources.sharedMemoryBytes = machine / 2
            state.note("/dev/shm is as large as half of this machine's memory.")
        }
        return resources
    }

    /// Starts the hosts. The time of the attempt begins.
    func startHosts() async throws(BackendError) {
        // No host runs yet, so the preparation of another process is repeated.
        guard hasPrepared || state.attemptStartedAt != nil else { return try move(to: .preparing) }
        let containers = try await containers()
        guard let members = try await containers.members() else {
            throw BackendError(.notFound, "A container of run \(runID) was removed before it was started.")
        }
        feedPipes()
        if state.attemptStartedAt == nil {
            state.attemptStartedAt = RehearsalTools.now()
            if state.startedAt == nil { state.startedAt = state.attemptStartedAt }
            try keep()
        }
        do {
            try await containers.start(members)
        } catch {
            if !error.isWorthRetrying {
                // The hosts that have started are not needed without the others.
                for member in members { _ = await containers.stop(member, grace: .zero) }
                if state.attempt == 1 { state.startedAt = nil }
                state.attemptStartedAt = nil
            }
            throw error
        }
        hasStarted = hasPrepared
        // Uses the start of the attempt, so that readers of the steps compute the same limit.
        state.step(.training, "", at: state.attemptStartedAt ?? RehearsalTools.now())
        try move(to: .running)
    }

    private func feedPipes() {
        guard helpers.isEmpty else { return }
        let log = tools.log
        let id = runID.rawValue
        helpers = feeders.map { feeder in
            Task {
                do throws(BackendError) {
                    try await feeder.run()
                } catch {
                    log.warning("a pipe cannot be fed", ["run": id, "error": error.description])
                }
            }
        }
    }
}
