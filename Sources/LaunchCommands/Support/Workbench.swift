internal import Console
internal import LaunchHost
internal import Ownership

/// What a command works with: the plugins, and, made when they are asked for, the configuration, the store and the
/// backends.
struct Workbench: Sendable {
    /// Makes a workbench for each call of a command.
    struct Maker: Sendable {
        let catalog: PluginCatalog

        func callAsFunction(_ arguments: ParsedArguments, _ terminal: Terminal) -> Workbench {
            Workbench(catalog: catalog, arguments: arguments, terminal: terminal)
        }
    }

    let catalog: PluginCatalog
    let arguments: ParsedArguments
    let terminal: Terminal

    /// The variables of the process.
    var variables: [String: String] { arguments.environment }

    /// Whether one JSON document is asked for.
    var wantsJSON: Bool { arguments.flag(GlobalOptions.json) }

    /// Where launch says what it does: standard error, more of it with each `-v`.
    var log: Logger {
        LogSink.logger(terminal, verbosity: arguments.count(GlobalOptions.verbose))
    }

    /// Which configuration holds for this call.
    var location: ConfigLocation {
        // The option stands for its variable too, and the location tells the two apart by itself.
        let isNamed = arguments.source(of: GlobalOptions.config) == .commandLine
        return ConfigLocation(explicit: isNamed ? arguments.string(GlobalOptions.config) : nil, variables: variables)
    }

    /// The configuration that holds for this call. Its warnings are told.
    func config() throws -> LaunchConfig {
        let config = try LaunchConfig(at: location, catalog: catalog)
        if let path = location.path, !location.isStandardInput { warnIfOthersCanChange(path) }
        for warning in config.warnings { terminal.tell(warning) }
        return config
    }

    /// The limits of the configuration; the standard ones where it cannot be read, which other calls tell.
    var limits: SizeLimits {
        (try? LaunchConfig(at: location, catalog: catalog))?.limits ?? .standard
    }

    /// Git, as the configuration wants it.
    var git: GitFetch {
        let config = try? LaunchConfig(at: location, catalog: catalog)
        return GitFetch(setting: variables, isConfined: config?.sandbox ?? true)
    }

    /// The contexts of sources that are to be built.
    func contexts(_ store: Store) -> SourceContexts {
        SourceContexts(store: SourceStore(folder: store.home.sources, limits: limits), git: git)
    }

    /// Warns of a file that decides what runs, and that another user can change.
    func warnIfOthersCanChange(_ path: String) {
        do throws(OwnershipProblem) {
            try Ownership.checkContent(path)
        } catch {
            terminal.warn("\(error.description) \(error.remedy)")
        }
    }

    /// The store of this user.
    func store() throws -> Store {
        let home = try LaunchHome(variables: variables)
        let store = try Store(home: home)
        for warning in store.repairs + home.warnings { terminal.warn(warning) }
        return store
    }

    /// The backends of a configuration.
    func backends(_ config: LaunchConfig, runnerOptions: [String: JSONValue] = [:]) throws -> Backends {
        try Backends(
            config, catalog: catalog, variables: variables, log: log, runnerOptions: runnerOptions)
    }

    /// Prints a value as the one JSON document of this call.
    func printJSON(_ value: some Encodable) throws {
        try terminal.out(json: try JSON.pretty(value))
    }

    /// Tells something that is not data: to standard error, and only where people read it.
    func note(_ text: Styled) {
        terminal.err(text)
    }
}
