internal import LaunchConcurrency
internal import LaunchConsole
internal import LaunchHost

/// `launch stop`
enum StopCommand {
    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "stop", summary: "Stop runs, and wait until they have ended",
            discussion: """
                A run that waits in a queue is stopped at once. A live run gets SIGTERM, and SIGKILL after the grace \
                period. If the run's agent has ended, this command stops the run itself.
                """,
            examples: [
                Example("With a minute to save its work", "launch stop abc12345 --grace 60s"),
                Example("At once", "launch stop abc12345 --grace 0"),
            ],
            options: [
                Option(
                    "grace", value: "DURATION",
                    help:
                        "The time from SIGTERM to SIGKILL, such as 90s or 2m; the job's own otherwise."
                ),
                Option(flag: "wait", help: "Wait for the end, and report the runs' states until then; the default."),
                Option(flag: "no-wait", help: "Only request the stop."),
            ],
            arguments: [
                Argument(
                    "run", help: "The runs' IDs or unique prefixes of them.", repeatable: true,
                    values: Completions.runs)
            ]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let store = try context.store()
            let config = try context.config()
            let grace = try graceSeconds(arguments)
            let runs = try await arguments.strings("run").asyncMap { try await store.run(matching: $0).id }
            var heard: [RunID: EventRecord] = [:]
            for id in runs {
                heard[id] = try await store.events(of: id, limit: .max).last
                let answer = try await store.requestStop(id, graceSeconds: grace)
                if answer.effect == .alreadyEnded {
                    context.note("run \(id) had ended before: \(answer.run.state.rawValue)", about: id)
                } else if grace != nil, answer.run.handle != nil,
                    let fixed = try? context.backends(config).capabilities(for: answer.run).fixedGrace
                {
                    context.note(
                        "run \(id): \(answer.run.resource) waits \(Int(fixed / .seconds(1))) s from SIGTERM to SIGKILL, "
                            + "regardless of --grace", about: id)
                }
            }
            var ended: [RunRecord] = []
            for id in runs where !arguments.flag("no-wait") {
                let run = try await waitForEnd(of: id, after: heard[id], store: store, config: config, context)
                ended.append(run)
                if !context.wantsJSON { context.note("run \(id) \(run.state.rawValue)", about: id) }
            }
            if context.wantsJSON { try context.printJSON(try await runs.asyncMap { RunView(try await store.run($0)) }) }
            return .ok
        }
    }

    private static func suspended(_ owner: OwnerRecord, of id: RunID) -> LaunchError {
        LaunchError(
            .tryAgain,
            "Run \(id) is held by the \(owner.kind) with process ID \(owner.pid), which is suspended and cannot stop it.",
            hint: "The request is recorded. Resume the process with 'kill -CONT \(owner.pid)', or end it with "
                + "'kill -KILL \(owner.pid)' and call 'launch stop \(id)' again.")
    }

    private static func graceSeconds(_ arguments: ParsedArguments) throws -> Int? {
        guard let text = arguments.string("grace") else { return nil }
        let field = Field("grace", .duration, help: "")
        let value = (try? JSONValue(parsing: text)) ?? .string(text)
        let decoded = SchemaDecoder.decode(.object(["grace": value]), fields: [field], in: .top)
        guard let duration = decoded.options.duration("grace"), duration >= .zero, duration <= .seconds(86_400) else {
            throw arguments.usageError("--grace takes a length of time up to a day, such as 90s or 2m; got '\(text)'")
        }
        return Int((duration / .seconds(1)).rounded(.up))
    }

    /// Waits until the run has ended. If it has no live owner, adopts it and stops it here.
    private static func waitForEnd(
        of id: RunID, after last: EventRecord?, store: Store, config: LaunchConfig, _ context: CommandContext
    ) async throws -> RunRecord {
        let looks = try await Looks(store)
        var rings = looks.stream.makeAsyncIterator()
        var reported: RunState?
        var heard = last
        var suspendedLooks = 0
        while true {
            let run = try await store.run(id)
            if run.state.isTerminal { return run }
            if await store.isAlive(run.owner) == false {
                let owner = try await store.becomeOwner(kind: "stop")
                let held = HeldRun(
                    store: store, backends: try context.backends(config), contexts: try context.contexts(store),
                    terminal: context.terminal, log: context.log)
                if let adopted = try await store.adopt(id, owner: owner.id) {
                    return try await held.follow(adopted, as: owner) {}
                }
            }
            if reported != run.state, !context.wantsJSON {
                context.note("run \(id) \(run.state.rawValue) …", about: id)
                reported = run.state
            }
            if let owner = await store.suspendedOwner(run.owner) {
                // Gives a briefly suspended process time to resume.
                suspendedLooks += 1
                guard suspendedLooks < 5 else { throw suspended(owner, of: id) }
            } else {
                suspendedLooks = 0
            }
            for event in try await store.events(of: id, after: heard?.sequence ?? 0) {
                // Changes of state are reported above.
                if event.state == heard?.state, let message = event.message, !context.wantsJSON {
                    context.note("run \(id): \(message)", about: id)
                }
                heard = event
            }
            guard await rings.next() != nil else { throw CancellationError() }
        }
    }
}
