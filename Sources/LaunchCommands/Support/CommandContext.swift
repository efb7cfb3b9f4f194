internal import FoundationEssentials
internal import LaunchConsole
internal import LaunchHost
internal import LaunchOwnership

/// The context of a command: the plugins, and, created on request, the configuration, the store and the backends.
struct CommandContext: Sendable {
    /// Makes the context of one call of a command.
    struct Factory: Sendable {
        let catalog: PluginCatalog

        func callAsFunction(_ arguments: ParsedArguments, _ terminal: Terminal) -> CommandContext {
            CommandContext(catalog: catalog, arguments: arguments, terminal: terminal)
        }
    }

    let catalog: PluginCatalog
    let arguments: ParsedArguments
    let terminal: Terminal

    /// The environment variables of the process.
    var variables: [String: String] { arguments.environment }

    /// Whether the user requested JSON output.
    var wantsJSON: Bool { arguments.flag(GlobalOptions.json) }

    /// The logger to standard error; each `-v` lowers its level.
    var log: Logger {
        LogSink.logger(terminal, arguments)
    }

    /// The location of the configuration for this call.
    var location: ConfigLocation {
        // The option's value may come from its variable; `ConfigLocation` itself distinguishes the two.
        let isNamed = arguments.source(of: GlobalOptions.config) == .commandLine
        return ConfigLocation(explicit: isNamed ? arguments.string(GlobalOptions.config) : nil, variables: variables)
    }

    /// The configuration for this call. Prints its warnings.
    func config() throws -> LaunchConfig {
        let config = try LaunchConfig(at: location, catalog: catalog)
        if let path = location.path, !location.isStandardInput { warnIfOthersCanChange(path) }
        for warning in config.warnings { terminal.show(warning) }
        return config
    }

    /// The limits of the configuration; the standard limits if it cannot be read. Other calls report that error.
    var limits: SizeLimits {
        (try? LaunchConfig(at: location, catalog: catalog))?.limits ?? .standard
    }

    /// Git with the settings of the configuration.
    var git: GitFetch {
        let config = try? LaunchConfig(at: location, catalog: catalog)
        return GitFetch(
            setting: variables, isConfined: config?.sandbox ?? true,
            helperVariables: catalog.variables.forCredentialHelpers)
    }

    /// Whether the builder of the configuration needs a Dockerfile in every source.
    var needsDockerfile: Bool {
        guard let builder = (try? LaunchConfig(at: location, catalog: catalog))?.builder,
            let plugin = catalog.builders.first(where: { $0.type == builder.type })
        else { return true }
        return plugin.capabilities.needsDockerfile(builder.options)
    }

    /// The build contexts of sources.
    func contexts(_ store: Store) throws -> SourceContexts {
        SourceContexts(
            store: SourceStore(folder: store.home.sources, limits: limits), git: git, shared: try sharedSources(store))
    }

    /// The sources that machines share by the store; nil for a store on this machine.
    func sharedSources(_ store: Store) throws -> SharedSources? {
        guard case .postgres(let settings) = try storeSettings() else { return nil }
        return SharedSources(
            store, local: SourceStore(folder: store.home.sources, limits: limits), place: settings.blobs
        ) { () async throws(LaunchError) in try await objects(for: settings.blobs ?? "") }
    }

    /// The object store of the environment, for this place.
    private func objects(for place: String) async throws(LaunchError) -> any ObjectStore {
        let environment: any Environment
        do {
            // Not `config()`, which prints its warnings again.
            environment = try backends(try LaunchConfig(at: location, catalog: catalog)).environment
        } catch let error as LaunchError {
            throw error
        } catch {
            throw LaunchError(.configuration, "The configuration cannot be used: \(error).")
        }
        guard let objects = environment as? any ObjectStoring,
            objects.objectSchemes.contains(where: { place.hasPrefix("\($0)://") })
        else {
            throw LaunchError(
                .configuration, "The environment of the configuration has no object store for \(place).",
                hint: "Change store.blobs in launch-config.yaml, or the type of the environment.")
        }
        do throws(BackendError) {
            return try await objects.objectStore()
        } catch {
            throw LaunchError(error)
        }
    }

    /// Warns if another user can change a file that determines what runs.
    func warnIfOthersCanChange(_ path: String) {
        do throws(OwnershipProblem) {
            try Ownership.checkContent(path)
        } catch {
            terminal.warn("\(error.description) \(error.remedy)")
        }
    }

    /// The user's store.
    /// - Parameters:
    ///   - isFollowed: whether the command waits for a server that is away, as one that follows a run does.
    ///   - deadline: when it no longer waits.
    func store(isFollowed: Bool = false, until deadline: ContinuousClock.Instant? = nil) throws -> Store {
        let patience =
            isFollowed
            ? StorePatience(deadline: deadline) { [terminal] in terminal.err("\(lines: $0) Waiting for it.") } : nil
        let home = try LaunchHome(variables: variables)
        let store =
            switch try storeSettings() {
            case .sqlite: try Store(home: home)
            case .postgres(let settings): try Store(home: home, server: server(settings), patience: patience)
            }
        for warning in store.repairs + home.warnings { terminal.warn(warning) }
        return store
    }

    /// The administration of the store, which must be on PostgreSQL.
    func storeServer() throws -> StoreServer {
        guard let server = try sharedStoreServer() else {
            throw LaunchError(
                .configuration, "The store is in SQLite, which needs no administration.",
                hint: "For a store that a team shares, write 'store: {type: postgres, host: …}' in launch-config.yaml.")
        }
        return server
    }

    /// The administration of the store if the configuration has one on PostgreSQL; nil if it is in SQLite.
    func sharedStoreServer() throws -> StoreServer? {
        guard case .postgres(let settings) = try config().store else { return nil }
        return server(settings)
    }

    /// The server of the store, for a command that reports a configuration with errors by itself; nil then, and if the
    /// store is in SQLite.
    var knownStoreServer: StoreServer? {
        guard case .postgres(let settings)? = try? storeSettings() else { return nil }
        return server(settings)
    }

    private func server(_ settings: PostgresSettings) -> StoreServer {
        let keywords = settings.parameters(variables) { FileManager.default.fileExists(atPath: $0) }
        let transport = StoreServer.Transport(
            leavesMachine: !settings.staysHere(variables), tlsMode: keywords["sslmode"] ?? variables["PGSSLMODE"],
            pooling: settings.pooling)
        return StoreServer(
            name: settings.place, transport: transport, parameters: StoreLogin(settings, self).parameters)
    }

    /// Where the store is. A configuration that cannot be read does not hide a store on this machine, unless it may name
    /// another one.
    private func storeSettings() throws -> StoreSettings {
        do {
            return try LaunchConfig(at: location, catalog: catalog).store
        } catch {
            guard let path = location.path, let bytes = try? SmallFile.bytes(of: path, limit: 1 << 20),
                !String(decoding: bytes, as: UTF8.self).contains("store")
            else { throw error }
            return .sqlite
        }
    }

    /// The backends of a configuration.
    func backends(
        _ config: LaunchConfig, runnerOptions: [String: JSONValue] = [:], metrics: AgentMetrics? = nil
    ) throws -> Backends {
        try Backends(
            config, catalog: catalog, variables: variables, log: log, runnerOptions: runnerOptions, metrics: metrics)
    }

    /// Prints a value as the JSON document of this call.
    func printJSON(_ value: some Encodable) throws {
        try terminal.out(json: try JSON.pretty(value))
    }

    /// Prints an array as `printJSON` does, and keeps one page of it in memory.
    /// - Parameter next: the next page; empty after the last one.
    func printJSON<Item: Encodable>(pages next: () async throws -> [Item]) async throws {
        var last: String?
        while case let page = try await next(), !page.isEmpty {
            for item in page {
                try terminal.out(json: last.map { "\($0)," } ?? "[")
                let lines = try JSON.pretty(item).split(separator: "\n", omittingEmptySubsequences: false)
                last = lines.map { $0.isEmpty ? "" : "  \($0)" }.joined(separator: "\n")
            }
        }
        guard let last else { return try printJSON([Item]()) }
        try terminal.out(json: "\(last)\n]")
    }

    /// Prints a note that is not data to standard error.
    /// - Parameter run: the run that it is about, for programs that read messages.
    func note(_ text: Styled, about run: RunID? = nil) {
        (run.map(terminal.about) ?? terminal).err(text)
    }
}
