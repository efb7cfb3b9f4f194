internal import Glibc
internal import LaunchConcurrency
internal import LaunchConsole
internal import LaunchHost
internal import LaunchServiceManager

/// `launch agent`
enum AgentCommand {
    static func command(_ context: CommandContext.Factory, version: String) -> Command {
        Command(
            "agent", summary: "Take runs from queues and execute them",
            discussion: """
                Serves the queues of the configuration, or those named with -q. At the first ctrl-C or SIGTERM the \
                agent claims no further runs, completes the current step of each run and exits; at the second it exits \
                at once. The runs continue without the agent, and the next agent adopts them.
                """,
            examples: [
                Example("With the configuration's queues", "launch agent -c launch-config.yaml"),
                Example("Two queues, four runs at once", "launch agent -q train -q eval --max-jobs 4"),
                Example("Run what is queued, then end", "launch agent -q train --drain"),
                Example("With metrics for Prometheus", "launch agent -q train --metrics 127.0.0.1:9464"),
            ],
            options: [
                Option(
                    "queue", "q", value: "NAME", help: "A queue to serve, instead of the configuration's.",
                    repeatable: true, values: Completions.queues),
                Option(
                    "max-jobs", "j", value: "N",
                    help: "The largest number of concurrent runs, instead of the configuration's; -1 for no limit."
                ),
                Option(flag: "drain", help: "End when the queues are empty and all runs have ended."),
            ] + Monitoring.options
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let config = try context.config()
            let store = try context.store()
            let settings = try settings(arguments, config)
            let metrics = AgentMetrics()
            let backends = try context.backends(config, metrics: metrics)
            let log = LogSink.logger(terminal, arguments, base: .info, metrics: metrics)
            let exporter = try config.telemetry.map { telemetry in
                TraceExporter(
                    to: telemetry.otlp,
                    headers: try telemetry.values(variables: context.variables, document: config.document),
                    version: version, store: store, metrics: metrics, log: log)
            }
            let agent = Agent(
                settings, store: store, backends: backends,
                contexts: try context.contexts(store),
                hooks: try context.hooks(config, settings.queues, store, backends, log), log: log, metrics: metrics,
                progress: { id, progress in
                    log.debug(progress.line, ["run": id.rawValue, "step": progress.step.rawValue])
                }, onEnd: { exporter?.ended($0) })
            // Before the first call of the store, which may be away for long.
            let monitoring = try await Monitoring.start(arguments, of: agent, store, version: version, log)
            defer { monitoring.end() }
            let wait = StoreWait(log)
            for name in settings.queues {
                let queue = try await wait.insisting { try await store.queue(name, evenDamaged: true) }
                _ = try backends.runner(for: queue.definition.resource)
                // The other queues are served. Its own runs end as failed, with the same words.
                if let problem = queue.problem { log.error("a queue cannot be read", ["error": problem.description]) }
            }
            try await refuseStrangers(backends.environment, log)
            await removeUnusedSnapshots(of: store, log)
            let upkeep = try context.sharedSources(store).map { shared in
                Task { await removeUnusedSources(shared, log) }
            }
            defer { upkeep?.cancel() }
            // From here on a signal lets the agent leave: others see the owner, and may send one.
            let interrupts = Interrupts()
            let hasLeft = AsyncEvent()
            let manager = ServiceManager(variables: context.variables)
            let reports = manager.map { manager in
                Task { await ServiceReport.run(manager, of: agent.vitals, clock: .system, log: log) }
            }
            let leaving = Task {
                var isFirst = true
                for await _ in interrupts.events {
                    guard isFirst else { endProcess(ExitCode.interrupted.rawValue) }
                    isFirst = false
                    log.info("leaving; repeat the signal to leave at once")
                    reports?.cancel()
                    if let manager { ServiceReport.send([.stopping], to: manager, log) }
                    hasLeft.signal()
                    agent.leave()
                }
            }
            defer {
                leaving.cancel()
                reports?.cancel()
                interrupts.stop()
            }
            // Nothing else keeps the owner, so it is released at the end.
            let owner = try await withCancellation(by: hasLeft) { () -> Result<OwnerLock, any Error> in
                do {
                    return .success(
                        try await wait.insisting {
                            try await store.becomeOwner(
                                kind: "agent", queues: settings.queues, version: version, maxJobs: settings.maxJobs,
                                drains: settings.drain)
                        })
                } catch {
                    return .failure(error)
                }
            }.get()
            let exporting = exporter.map { exporter in Task { await exporter.run() } }
            defer { exporting?.cancel() }
            let end = try await agent.run(as: owner)
            await exporter?.finish(within: .seconds(5))
            if case .held(let queues) = end { throw Self.held(queues) }
            guard case .stuck(let runs) = end else { return .ok }
            let names = runs.prefix(10).map(\.rawValue).joined(separator: ", ") + (runs.count > 10 ? ", …" : "")
            throw LaunchError(
                .unavailable, "The queues are empty, and these runs have not ended: \(names).",
                hint: "'launch status RUN' and the log above say why; the next agent takes them over.")
        }
    }

    private static func held(_ queues: [String: BackendError]) -> LaunchError {
        let lines = queues.sorted { $0.key < $1.key }.map { "queue \"\($0.key)\": \($0.value.description)" }
        return LaunchError(
            .configuration,
            "The agent could not start the runs of \(Wording.count(queues.count, "queue")); they are still queued.\n"
                + lines.joined(separator: "\n"),
            hint:
                "Correct launch-config.yaml, check it with 'launch config check' and 'launch doctor', and start the agent again."
        )
    }

    /// Throws if the backend rejects or misses the agent's credentials, because every run would fail for the same
    /// reason. The agent starts despite errors that may pass by themselves, such as an unavailable service.
    private static func refuseStrangers(_ environment: any Environment, _ log: Logger) async throws {
        do throws(BackendError) {
            let identity = try await environment.verify()
            log.info(
                "the credentials are valid",
                ["principal": identity.principal, "region": identity.region ?? "-"])
        } catch {
            guard ![.unauthenticated, .expired, .configuration, .invalid].contains(error.category) else {
                throw LaunchError(error)
            }
            log.warning("the credentials could not be checked", ["error": error.description])
        }
    }

    /// A failure here does not prevent the agent's start.
    private static func removeUnusedSnapshots(of store: Store, _ log: Logger) async {
        do {
            try await SourceStore(folder: store.home.sources).prune(keeping: try await store.snapshotsInUse()) {
                problem in
                log.warning("a leftover of an earlier program could not be removed", ["error": problem])
            }
        } catch {
            log.warning("unused source snapshots could not be removed", ["error": "\(error)"])
        }
    }

    /// Removes unused sources of a shared store, now and every few hours, until the task is cancelled. An object store may
    /// be slow or away, so the agent does not wait for it.
    private static func removeUnusedSources(_ shared: SharedSources, _ log: Logger) async {
        let clock = HostClock.system
        while !Task.isCancelled {
            var removed = SharedSources.Removed()
            do throws(LaunchError) {
                try await shared.removeUnused(&removed)
            } catch {
                if Task.isCancelled { return }
                log.warning("unused sources could not be removed", ["error": error.description])
            }
            if removed.bytes > 0 || removed.objects > 0 {
                log.info(
                    "unused sources were removed from the store",
                    ["bytes": "\(removed.bytes)", "objects": "\(removed.objects)"])
            }
            let hasMore = removed.objects == SharedSources.mostObjects
            do { try await clock.sleep(hasMore ? .seconds(10) : .seconds(6 * 3600)) } catch { return }
        }
    }

    private static func settings(_ arguments: ParsedArguments, _ config: LaunchConfig) throws -> Agent.Settings {
        let queues = arguments.strings("queue").isEmpty ? config.queues : arguments.strings("queue")
        guard !queues.isEmpty else {
            throw LaunchError(
                .configuration, "The agent has no queue to serve.",
                hint: "Name one with -q, or list 'queues:' in launch-config.yaml.")
        }
        var maxJobs = config.maxJobs
        if let given = try arguments.integer("max-jobs", in: -1...100_000) {
            guard given != 0 else { throw arguments.usageError("--max-jobs is 1 or more, or -1 for no limit") }
            maxJobs = given == -1 ? nil : given
        }
        return Agent.Settings(queues: queues, maxJobs: maxJobs, drain: arguments.flag("drain"))
    }
}
