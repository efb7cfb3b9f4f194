internal import LaunchLocalContainers
internal import LaunchContainerEngine
internal import LaunchPluginKit

/// Prepares the hosts of an attempt: fetches inputs, creates the containers and copies files into them. Repeated after
/// a failure or a takeover.
struct Preparation: Sendable {
    let context: RehearsalContext
    let attempt: Int
    let credentials: HostCredentials

    private var plan: RehearsalPlan { context.plan }

    /// What the hosts need while they run.
    struct Prepared: Sendable {
        var feeders: [PipeFeeder]
        var synced: SyncedFolders
    }

    /// - Parameter endpoint: the endpoint of the credentials that an earlier preparation chose.
    func run(endpoint: RehearsalState.Endpoint?) async throws(BackendError) -> Prepared {
        // During a retry, its reason stays visible until there is news.
        try await context.send(.showing(attempt == 1 ? .starting : .restarting, "", isNews: false))
        var containers = try await context.containers(attempt: attempt)
        // Checks first that results can be kept, before the job spends time.
        let packer = context.packer(containers)
        for result in plan.results where attempt == 1 { try await packer.check(result) }
        try await credentials.equip(&containers, known: endpoint, context)
        let inputs = try await resolveInputs()
        let synced = try await SyncedFolders(context, containers.engine)
        let files = try await synced.begin(context)
        let fitted = try await HostLimits(job: context.job, isLenient: plan.isLenient).fitted(to: containers.engine)
        try await context.send(.noted(fitted.notes))
        try await context.send(.limited(fitted.resources))
        if !plan.inputs.isEmpty || !synced.isEmpty {
            try await context.send(.showing(.downloading, "placing the inputs", isNews: true))
        }
        var hosts: [(RehearsalPlan.Host, HostPlan)] = []
        for host in plan.hosts {
            let own = try HostPlan(
                host, of: plan, inputs: inputs, synced: files, attempt: attempt, in: context.folder)
            try await context.send(.noted(own.notes))
            hosts.append((host, own))
        }
        try await make(hosts, containers, fitted.resources)
        return Prepared(feeders: hosts.flatMap(\.1.feeders), synced: synced)
    }

    private func make(
        _ hosts: [(RehearsalPlan.Host, HostPlan)], _ containers: HostContainers, _ resources: ContainerJob.Resources
    ) async throws(BackendError) {
        let failures = await withTaskGroup(of: BackendError?.self) { group in
            for (host, own) in hosts {
                group.addTask {
                    do throws(BackendError) {
                        _ = try await containers.make(host, own, resources: resources) { _ in }
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            return await group.reduce(into: [BackendError]()) { all, one in one.map { all.append($0) } }
        }
        if let failure = failures.first { throw failure }
        if Task.isCancelled { throw BackendError(.cancelled, "The preparation of run \(context.runID) was cancelled.") }
    }

    private func resolveInputs() async throws(BackendError) -> [ResolvedInput] {
        guard !plan.inputs.isEmpty else { return [] }
        let cache = try context.tools.cache()
        cache.sweep()
        let context = context
        let progress: @Sendable (String, Int64, Int64) -> Void = { name, done, total in
            context.post(
                .transferred(.downloading, "\(name) \(Megabytes.text(done)) of \(Megabytes.text(total)) MB"))
        }
        let resolver = InputResolver(
            objects: context.tools.objects, cache: cache, work: context.folder.work, progress: progress)
        let copies = LocalCopies(folder: context.folder, progress: progress)
        var resolved: [ResolvedInput] = []
        for input in plan.inputs {
            try await context.send(.fetching(input.name))
            try await context.send(.showing(.downloading, input.name, isNews: false))
            let found = try await resolver.resolve(input, hosts: plan.hosts.map(\.name))
            resolved.append(isMounted(input) ? try await copies.prepared(found) : found)
        }
        try await context.send(.fetching(nil))
        return resolved
    }

    /// True if hosts see the input's files through a mount: a read-only input, or a copy beside a pipe.
    private func isMounted(_ input: RehearsalPlan.Input) -> Bool {
        guard input.delivery == .copy else { return input.delivery == .readOnly }
        let path = ContainerPath.normal(input.path)
        return plan.inputs.contains { pipe in
            let parent = ContainerPath.normal(pipe.path).split(separator: "/").dropLast().joined(separator: "/")
            return pipe.delivery == .pipe && path.hasPrefix("/\(parent)/")
        }
    }
}
