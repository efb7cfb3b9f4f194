internal import LaunchOwnership

/// Checks what a run needs: the configuration, the store, the services and the queues.
///
/// It calls only functions of the roles that change nothing.
public struct Doctor: Sendable {
    private let catalog: PluginCatalog
    private let location: ConfigLocation
    private let variables: [String: String]
    private let log: Logger
    private let limit: Duration
    private let server: StoreServer?
    /// Whether each queue must have an agent that serves it.
    public var asksAgents = false

    /// - Parameters:
    ///   - location: the configuration to check.
    ///   - variables: the environment of the process, which decides on the store, engines and credentials.
    ///   - limit: how long each service may take to respond.
    public init(
        catalog: PluginCatalog, location: ConfigLocation, variables: [String: String], log: Logger = .silent,
        limit: Duration = .seconds(10)
    ) {
        self.catalog = catalog
        self.location = location
        self.variables = variables
        self.log = log
        self.limit = limit
        server = nil
    }

    /// - Parameter server: the server of the store; nil if the store is in SQLite.
    package init(
        catalog: PluginCatalog, location: ConfigLocation, variables: [String: String], log: Logger,
        server: StoreServer?
    ) {
        (self.catalog, self.location, self.variables, self.log) = (catalog, location, variables, log)
        (self.limit, self.server) = (.seconds(10), server)
    }

    /// All results, in an order that does not depend on the speed of the services.
    public func examine() async -> [HealthCheck] {
        var found: [HealthCheck] = []
        let config = configuration(&found)
        let store = await state(&found)
        if let proxies = await ProxyHealth(variables: variables).finding() { found.append(proxies) }
        guard let config else { return found }
        found.append(SandboxHealth.finding(isOn: config.sandbox))
        found += await HookHealth(config: config, variables: variables).findings(store)
        found += [TelemetryHealth(config: config, variables: variables).finding].compactMap(\.self)
        let backends: Backends
        do throws(LaunchError) {
            backends = try Backends(config, catalog: catalog, variables: variables, log: log)
        } catch {
            return found + [HealthCheck("plugins", error)]
        }
        let records = await queues(of: config, store)
        let resources = resources(config, records)
        var works = services(config, backends, resources)
        works += resources.map { resource in
            let runner = try? backends.runner(for: resource)
            return DoctorWork("runner \(resource)", isBound: runner.map(DoctorWork.isBound) ?? false) {
                try await Self.runner(resource, backends)
            }
        }
        // The line of the runner says why it cannot be made.
        let broken = Set(resources.filter { (try? backends.runner(for: $0)) == nil })
        works += records.map { name, record in
            let check = QueueHealth(backends: backends, broken: broken)
            return DoctorWork("queue \(name)") { try check.finding(name, try record.get()) }
        }
        found += await agents(of: records.map(\.name), store)
        let definitions = records.compactMap { try? $0.record.get().definition }
        works += QueueNeeds(of: definitions, backends).works(backends)
        return found + (await DoctorWork.all(works, within: limit))
    }

    // MARK: checks without a service

    private func configuration(_ found: inout [HealthCheck]) -> LaunchConfig? {
        do throws(LaunchError) {
            let config = try LaunchConfig(at: location, catalog: catalog)
            let isInput = location.isStandardInput
            let name = isInput ? StandardInput.name : location.path ?? "none, so the defaults apply"
            do throws(OwnershipProblem) {
                if let path = location.path, !isInput { try Ownership.checkContent(path) }
            } catch {
                found.append(HealthCheck(.warn, "configuration", error.description, hint: error.remedy))
                return config
            }
            if let warning = config.warnings.first {
                found.append(HealthCheck(.warn, "configuration", "\(name): \(warning.message)", hint: warning.hint))
            } else {
                found.append(HealthCheck(.ok, "configuration", name))
            }
            return config
        } catch {
            var check = HealthCheck("configuration", error)
            check.hint = check.hint ?? "'launch config check' shows everything that is wrong."
            found.append(check)
            return nil
        }
    }

    private func state(_ found: inout [HealthCheck]) async -> Store? {
        let home: LaunchHome
        do {
            home = try LaunchHome(variables: variables)
            let warnings = try home.make() + home.warnings
            found.append(
                warnings.isEmpty
                    ? HealthCheck(.ok, "home", home.path)
                    : HealthCheck(.warn, "home", warnings.joined(separator: " ")))
            found += [MachineHealth.disk(of: home.path)].compactMap(\.self)
        } catch {
            found.append(HealthCheck("home", error))
            return nil
        }
        do throws(StoreError) {
            let store = if let server { try Store(home: home, server: server) } else { try Store(home: home) }
            let counts = try await store.queues().map(\.counts.unfinished).reduce(0, +)
            let place = server.map { StoreCopy.Place.postgreSQL($0).name } ?? home.database
            found.append(HealthCheck(.ok, "database", "\(place), \(Wording.count(counts, "unfinished run"))"))
            if try await server?.status().isPooled == true {
                found.append(HealthCheck(.ok, "wake-ups", StoreServer.pollNote))
            }
            for warning in try await server?.warnings() ?? [] {
                found.append(HealthCheck(.warn, "database", warning.message, hint: warning.hint))
            }
            if let job = try await store.jobs().first(where: { $0.damage != nil }) {
                found.append(
                    HealthCheck(
                        .warn, "jobs", "\(job.name):v\(job.version) cannot be read. \(job.damage ?? "")",
                        hint: "'launch job list --all' shows those that cannot; 'launch job delete' removes them."))
            }
            return store
        } catch {
            let isKnown = error.code == .full && found.contains { $0.what == "disk" && $0.status == .fail }
            found.append(
                isKnown
                    ? HealthCheck(.warn, "database", "not checked: the disk is full")
                    : HealthCheck("database", error))
            return nil
        }
    }

    /// The configured queues, or all queues of the store if none is configured.
    private func queues(
        of config: LaunchConfig, _ store: Store?
    ) async -> [(name: String, record: Result<QueueRecord, StoreError>)] {
        guard let store else { return [] }
        let names = config.queues.isEmpty ? (try? await store.queues().map(\.name)) ?? [] : config.queues
        var found: [(name: String, record: Result<QueueRecord, StoreError>)] = []
        for name in names {
            do throws(StoreError) {
                found.append((name, .success(try await store.queue(name))))
            } catch {
                found.append((name, .failure(error)))
            }
        }
        return found
    }

    private func agents(of queues: [String], _ store: Store?) async -> [HealthCheck] {
        guard asksAgents, let store else { return [] }
        do throws(StoreError) {
            let agents = try await store.agents().agents
            return queues.map { AgentHealth.finding($0, agents) }
        } catch {
            return [HealthCheck("agents", error)]
        }
    }

    private func resources(
        _ config: LaunchConfig, _ queues: [(name: String, record: Result<QueueRecord, StoreError>)]
    ) -> [String] {
        let used = queues.compactMap { try? $0.record.get().definition.resource }
        let configured = [config.runner?.type].compactMap { $0 } + config.runners.map(\.type)
        return (used + configured).uniqued.filter { catalog.runner($0) != nil }
    }

    // MARK: checks with a service

    /// The checks of the environment, the registry and the builder. If no run needs an image, a registry or a builder
    /// that the configuration does not name is left out.
    private func services(_ config: LaunchConfig, _ backends: Backends, _ resources: [String]) -> [DoctorWork] {
        let needsImages =
            resources.isEmpty
            || resources.contains { catalog.runner($0)?.base.capabilities.needsImage ?? true }
        return services(config, backends).compactMap { role, work in
            needsImages || role == .environment || config.block(role)?.mark != nil ? work : nil
        }
    }

    private func services(_ config: LaunchConfig, _ backends: Backends) -> [(Role, DoctorWork)] {
        let environment = "environment \(config.environment.type)"
        let registry = "registry \(backends.registryType)"
        let builder = "builder \(config.builder.type)"
        let isNamed = config.block(.builder)?.mark != nil
        let verified = DoctorWork(environment, isEnvironment: true) {
            let identity = try await backends.environment.verify()
            let place = [identity.account.map { "account \($0)" }, identity.region.map { "region \($0)" }]
            let words = [identity.principal] + place.compactMap { $0 }
            return HealthCheck(.ok, environment, words.joined(separator: ", "))
        }
        let resolved = DoctorWork(registry, isBound: DoctorWork.isBound(backends.registry)) {
            try await Self.registry(registry, backends)
        }
        let named = DoctorWork(builder) {
            // Of other builders, nothing can be checked without a build.
            let found: String?
            do throws(BackendError) {
                found = try await (backends.builder as? any BuilderChecking)?.check()
            } catch {
                guard !isNamed else { throw error }
                // The default builder matters only to runs with a source.
                let check = HealthCheck(builder, error)
                return HealthCheck(
                    .warn, builder, check.detail,
                    hint: check.hint ?? "If no run is built here, set builder: {type: noop}.")
            }
            let words = [found, await Self.target(of: backends)].compactMap { $0 }
            return HealthCheck(.ok, builder, words.joined(separator: "; "))
        }
        return [(.environment, verified), (.registry, resolved), (.builder, named)]
    }

    private static func target(of backends: Backends) async -> String {
        guard let repository = backends.builder.repository else { return "set up; the first build tries it" }
        if case .engineStore? = try? await backends.registry.access() {
            return "names images \(repository); they stay in the engine's own store"
        }
        return "pushes to \(repository)"
    }

    /// Resolves an image that no build has made, as the program does before each build. "Not found" is a good result.
    private static func registry(_ what: String, _ backends: Backends) async throws -> HealthCheck {
        let access = try await backends.registry.access()
        let nobody = ContentKey(hex: String(repeating: "0", count: 64))
        let place = try backends.registry.destination(
            for: nobody, repository: backends.builder.repository(for: "doctor"))
        _ = try await backends.registry.resolve(place)
        return switch access {
        case .engineStore: HealthCheck(.ok, what, "the container engine's own store answers")
        case .remote(let host, let login):
            HealthCheck(
                .ok, what, "\(host) answers, \(login.map { "logged in as \($0.username)" } ?? "without a login")")
        }
    }

    private static func runner(_ resource: String, _ backends: Backends) async throws -> HealthCheck {
        try await backends.runner(for: resource).reach()
        return HealthCheck(.ok, "runner \(resource)", "answers")
    }
}
