internal import LaunchLocalContainers
internal import LaunchConcurrency
internal import LaunchContainerEngine
internal import LaunchPluginKit

/// The containers of one attempt, and their network.
struct HostContainers: Sendable {
    let engine: EngineClient
    let images: ImagePulls
    let job: ContainerJob
    let rehearsalPlan: RehearsalPlan
    let runID: RunID
    let fingerprint: String
    let attempt: Int
    let home: String?
    /// The network of this attempt. Its name differs each time: a program that died may have left the engine creating
    /// one, and engines create two networks with one name.
    private(set) var network: HostNetwork?
    /// The variables that point to the credentials; empty without credentials.
    var credentials: [String: String] = [:]

    struct Member: Sendable {
        var host: String
        var id: String
    }

    /// True if the job has one isolated host, which then needs no network.
    private var isAlone: Bool { rehearsalPlan.isIsolated && rehearsalPlan.hosts.count == 1 }

    private func name(_ host: String) -> String { HostNames.container(runID, host, attempt: attempt) }

    // MARK: creating

    /// Creates the network, and removes earlier networks of the run.
    mutating func makeNetwork(_ addresses: NetworkSpec.Addresses?) async throws(BackendError) {
        guard !isAlone else { return }
        let engine = engine
        let labels = ["\(RunContainer.runLabel)=\(runID.rawValue)"]
        for old in try await engineCall({ () async throws(EngineError) in try await engine.networks(labels: labels) }) {
            // The engine keeps a network in use. Its containers are removed before the next pass.
            try? await engine.removeNetwork(old)
        }
        let name = "\(RunContainer.name(runID))-\(String(UInt32.random(in: .min ... .max), radix: 36))"
        let spec = NetworkSpec(
            name: name, isInternal: rehearsalPlan.isIsolated,
            labels: [
                RunContainer.runLabel: runID.rawValue, RunContainer.versionLabel: RunContainer.version,
                RunContainer.homeLabel: home ?? "",
            ],
            addresses: addresses)
        network = try await HostNetwork.make(spec, hosts: rehearsalPlan.hosts.map(\.name), on: engine)
    }

    /// Creates one host's container and copies its files into it. Replaces an earlier container.
    func make(
        _ host: RehearsalPlan.Host, _ plan: HostPlan, resources: ContainerJob.Resources,
        progress: @escaping @Sendable (Int64) -> Void
    ) async throws(BackendError) -> Member {
        let name = name(host.name)
        // A container of that name was created by a program that ended before it copied the files.
        try await engineCall { () async throws(EngineError) in try await engine.removeContainer(name) }
        let spec = spec(host, plan, resources)
        let id = try await create(spec, name)
        guard !plan.entries.isEmpty else { return Member(host: host.name, id: id) }
        let archive = HostArchive(try await entries(of: plan, for: id), progress: progress)
        do throws(EngineError) {
            try await engine.putArchive(into: id, path: "/") { try await archive.next() }
        } catch {
            if let failure = await archive.failure { throw failure }
            throw BackendError(error)
        }
        return Member(host: host.name, id: id)
    }

    /// The files for the container. Links of the image are resolved, and files of the container's program get its
    /// owner.
    private func entries(of plan: HostPlan, for id: String) async throws(BackendError) -> [HostEntry] {
        var links = ContainerLinks(engine: engine, container: id)
        var entries = try await links.follow(plan.entries)
        guard entries.contains(where: \.isOfProgram) else { return entries }
        let owner = try await FileOwner.ofProgram(in: id, on: engine)
        for index in entries.indices where entries[index].isOfProgram { entries[index].owner = owner }
        return entries
    }

    private func create(_ spec: ContainerSpec, _ name: String) async throws(BackendError) -> String {
        var hasPulled = false
        var conflicts = 0
        let engine = engine
        while true {
            do {
                return try await withUncancelledTask { () async throws(EngineError) in
                    try await engine.createContainer(spec, name: name)
                }
            } catch {
                switch error.code {
                case .notFound where error.says(.noSuchImage) && !hasPulled:
                    hasPulled = true
                    try await images.pull(job.image, onto: engine)
                case .conflict where conflicts < 5:
                    // A program that died may have left the engine creating one.
                    conflicts += 1
                    try await engineCall { () async throws(EngineError) in try await engine.removeContainer(name) }
                case .server, .invalid: throw StartFailure.error(error, job)
                default: throw BackendError(error)
                }
            }
        }
    }

    private func spec(
        _ host: RehearsalPlan.Host, _ plan: HostPlan, _ resources: ContainerJob.Resources
    ) -> ContainerSpec {
        var own = job
        own.resources = resources
        own.environment = job.environment.merging(host.environment) { $1 }.merging(credentials) { $1 }
        own.network = network?.name ?? "none"
        own.mounts = []
        var spec = RunContainer.spec(own, runID: runID, fingerprint: fingerprint, home: home)
        spec.hostName = host.name
        spec.labels[RunContainer.timeLimitLabel] = nil
        spec.labels[HostNames.hostLabel] = host.name
        spec.labels[HostNames.attemptLabel] = String(attempt)
        if !plan.mounts.isEmpty { spec.host.mounts = plan.mounts }
        if let network {
            spec.networking = ContainerSpec.NetworkingConfig(
                network: network.name, aliases: [host.name], address: network.addresses[host.name])
            let others = network.others(than: host.name)
            if !others.isEmpty { spec.host.extraHosts = others }
        } else {
            spec.host.extraHosts = ["\(host.name):127.0.0.1"]
        }
        return spec
    }

    // MARK: running

    /// Starts the hosts that are not started yet, concurrently.
    func start(_ members: [Member]) async throws(BackendError) {
        let failures = await withTaskGroup(of: BackendError?.self) { group in
            for member in members { group.addTask { await start(member) } }
            return await group.reduce(into: [BackendError]()) { all, one in one.map { all.append($0) } }
        }
        if let failure = failures.first { throw failure }
    }

    private func start(_ member: Member) async -> BackendError? {
        do {
            guard let found = try await engine.container(member.id), found.state.status == "created" else {
                return nil
            }
            do throws(BackendError) {
                try StartLimits.check(found)
            } catch {
                return error
            }
            let engine = engine
            try await withUncancelledTask { () async throws(EngineError) in try await engine.startContainer(member.id) }
            return nil
        } catch {
            switch error.code {
            case .cancelled, .notReachable, .interrupted: return BackendError(error)
            default: return StartFailure.error(error, job)
            }
        }
    }

    /// The containers of this attempt, in the order of the hosts. Nil if one is missing.
    func members() async throws(BackendError) -> [Member]? {
        var members: [Member] = []
        for host in rehearsalPlan.hosts {
            let name = name(host.name)
            let found = try await engineCall { () async throws(EngineError) in try await engine.container(name) }
            guard let found else { return nil }
            members.append(Member(host: host.name, id: found.id))
        }
        return members
    }

    /// The state of a container. After its end, waits until the engine knows whether memory was the reason.
    func info(_ member: Member) async throws(BackendError) -> ContainerInfo? {
        for _ in 0..<40 {
            let found = try await engineCall { () async throws(EngineError) in try await engine.container(member.id) }
            guard let found, found.mayStillBeOutOfMemory else { return found }
            try? await Task.sleep(for: .milliseconds(50))
        }
        return try await engineCall { () async throws(EngineError) in try await engine.container(member.id) }
    }

    /// How each host ended, as the timeline records it.
    func ends(of members: [Member]) async throws(BackendError) -> [RehearsalTimeline.HostEnd] {
        var ends: [RehearsalTimeline.HostEnd] = []
        for member in members {
            guard let info = try await info(member) else { continue }
            ends.append(
                RehearsalTimeline.HostEnd(
                    name: member.host, attempt: attempt,
                    exitCode: info.state.startedAt == nil ? nil : info.state.exitCode,
                    startedAt: info.state.startedAt.map { Timestamp($0.date) },
                    endedAt: info.state.finishedAt.map { Timestamp($0.date) }))
        }
        return ends
    }

    /// Waits for one host's end, also across restarts of the engine.
    func wait(for member: Member) async {
        while !Task.isCancelled {
            do {
                _ = try await engine.waitForContainer(member.id)
                return
            } catch {
                if error.code == .notFound { return }
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }

    /// Stops one host. Returns true if it ran until then. Calls `willSend` directly before SIGTERM.
    func stop(_ member: Member, grace: Duration, willSend: @Sendable () -> Void = {}) async -> Bool {
        while !Task.isCancelled {
            do {
                guard let found = try await engine.container(member.id), !found.state.hasEnded,
                    found.state.status != "created"
                else { return false }
                if found.state.status == "paused" { try await engine.unpauseContainer(member.id) }
                guard grace > .zero else {
                    try await engine.killContainer(member.id, signal: "SIGKILL")
                    return true
                }
                willSend()
                return try await engine.stopContainer(member.id, grace: grace)
            } catch {
                guard error.code != .notFound else { return false }
                // If it ended meanwhile, the next inspection shows it.
                try? await Task.sleep(for: .milliseconds(200))
            }
        }
        return false
    }

    /// Kills one host that already has its SIGTERM when its time is over. Returns true if it ran until this call.
    func end(_ member: Member, after rest: Duration) async -> Bool {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await wait(for: member) }
            group.addTask { try? await Task.sleep(for: rest) }
            await group.next()
            group.cancelAll()
        }
        return await stop(member, grace: .zero)
    }

    /// Removes all containers and networks of the run, of all attempts.
    static func remove(_ runID: RunID, _ engine: EngineClient) async throws(BackendError) {
        let labels = ["\(RunContainer.runLabel)=\(runID.rawValue)"]
        try await engineCall { () async throws(EngineError) in
            for container in try await engine.containers(labels: labels) {
                try await engine.removeContainer(container.id)
            }
            for network in try await engine.networks(labels: labels) { try await removeNetwork(network, engine) }
        }
    }

    /// The engine separates a container from its network a moment after its removal, or later if another call removes it.
    private static func removeNetwork(_ network: String, _ engine: EngineClient) async throws(EngineError) {
        let backoff = Backoff(first: .milliseconds(50), longest: .seconds(2))
        for attempt in 1... {
            do {
                return try await engine.removeNetwork(network)
            } catch {
                guard error.says(.networkInUse), attempt < 8, !Task.isCancelled else { throw error }
                try? await Task.sleep(for: backoff.delay(after: attempt))
            }
        }
    }
}
