internal import LaunchConsole
internal import LaunchHost

/// `launch apply`
enum ApplyCommand {
    private struct Result: Encodable {
        let queues: ApplyPlan
        let isDryRun: Bool
        let differs: Bool
    }

    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "apply", summary: "Make the queues of the store those of files",
            discussion: """
                Each file is the file of one queue, as 'launch queue export' writes it: the template, the queue's own keys, and \
                'queue' and 'resource'. Without 'queue', the file's name is the queue's. Without 'resource', the queue must \
                exist. All files are read and checked first; one error in any of them changes nothing.

                Prints what differs, then creates and changes queues, each in one transaction. The command can be repeated: \
                the second call finds nothing to do. If a change fails, the queues before it stay changed.

                With --prune, every queue of the store that has no file is deleted, after a question on a terminal. A queue \
                with runs that have not ended is never deleted: the command names the runs, and changes nothing.

                With --dry-run nothing is changed. The exit code is 2 if the store differs from the files, and 0 if not.
                """,
            examples: [
                Example("What would change", "launch apply -f queues --dry-run"),
                Example("The queues of a folder", "launch apply -f queues"),
                Example("And no others, from a pipeline", "launch apply -f queues --prune --yes"),
            ],
            options: [
                Option(
                    "file", "f", value: "PATH", help: "A file, a folder with files, or - for standard input.",
                    repeatable: true, values: .files),
                Option(flag: "dry-run", help: "Print what differs, and change nothing."),
                Option(flag: "prune", help: "Delete the queues that have no file."),
                Option(flag: "yes", "y", help: "Do not ask before queues are deleted."),
            ]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            _ = try arguments.required("file")
            let isDryRun = arguments.flag("dry-run")
            let store = try context.store()
            let stored = try await store.queues()
            let files = try QueueFiles.read(
                arguments.strings("file"), context,
                stored: Dictionary(stored.map { ($0.name, $0) }) { first, _ in first })
            let plan = ApplyPlan(files, stored: stored, isPruning: arguments.flag("prune"))
            let differs = !plan.changes.isEmpty
            if !context.wantsJSON { try untilClosed { try plan.show(on: terminal) } }
            try await refuseLiveRuns(plan, stored, store)
            if differs, !isDryRun {
                if !arguments.flag("yes"), !plan.deleted.isEmpty, terminal.confirms(question(plan.deleted)) == false {
                    context.note("nothing is changed")
                    return .ok
                }
                for step in plan.changes { try await QueueApplication(store: store).apply(step) }
            }
            if context.wantsJSON {
                let result = Result(queues: plan, isDryRun: isDryRun, differs: differs)
                try untilClosed { try context.printJSON(result) }
            } else if isDryRun || !differs {
                context.note("\(plan.summary)")
            } else {
                for step in plan.changes { context.note("The queue '\(step.name)' is \(step.action.done).") }
            }
            return isDryRun && differs ? .differs : .ok
        }
    }

    /// Prints until the reader has left, as 'head' does. The reader wants no more lines; the queues and the exit code stay
    /// those of the files.
    private static func untilClosed(_ show: () throws -> Void) throws {
        do { try show() } catch OutputError.closed {}
    }

    private static func question(_ names: [String]) -> Styled {
        "\(Wording.count(names.count, "queue")) without a file will be deleted: \(Wording.all(names)). Continue?"
    }

    /// The store refuses to delete a queue with runs too, but only after the changes of other queues.
    private static func refuseLiveRuns(_ plan: ApplyPlan, _ stored: [QueueRecord], _ store: Store) async throws {
        var refusals: [Diagnostic] = []
        for queue in stored where plan.deleted.contains(queue.name) && queue.counts.unfinished > 0 {
            let states = RunState.allCases.filter { !$0.isTerminal }
            let runs = try await store.runs(RunFilter(states: states, queue: queue.name, limit: 5))
            let more = queue.counts.unfinished - runs.count
            let names = runs.map(\.id.rawValue) + (more > 0 ? ["\(more) more"] : [])
            refusals.append(
                Diagnostic(
                    .error,
                    "the queue \(Wording.quoted(queue.name)) has \(Wording.count(queue.counts.unfinished, "run")) "
                        + "that \(queue.counts.unfinished == 1 ? "has" : "have") not ended: \(Wording.all(names))"))
        }
        guard !refusals.isEmpty else { return }
        throw LaunchError(
            .invalid, "\(Wording.count(refusals.count, "queue")) cannot be deleted, so nothing was changed.",
            hint: "Wait for the runs, or end them with 'launch stop'; or keep the file of the queue.",
            diagnostics: refusals)
    }
}

/// Changes a queue of the store to what a file says, while other programs may do the same.
struct QueueApplication {
    let store: Store

    /// Another program may create or delete the queue between two calls.
    private static let attempts = 5

    /// Carries out a step. If another program has created or deleted the queue since, the step has the same result.
    /// - Throws: `StoreError`.
    func apply(_ step: ApplyPlan.Step) async throws(StoreError) {
        guard let definition = step.definition else {
            _ = try await except(.unknown) { () async throws(StoreError) in try await store.deleteQueue(step.name) }
            return
        }
        var exists = step.action == .change
        for _ in 1..<Self.attempts {
            if exists, try await isUpdated(definition) { return }
            if !exists, try await isCreated(definition) { return }
            exists.toggle()
        }
        throw StoreError(
            .busy, "Other programs create and delete the queue '\(step.name)' again and again.",
            hint: "Apply the file again when they have ended.")
    }

    /// False if the queue exists.
    private func isCreated(_ definition: QueueDefinition) async throws(StoreError) -> Bool {
        try await except(.exists) { () async throws(StoreError) in try await store.createQueue(definition) } != nil
    }

    /// False if the queue does not exist.
    private func isUpdated(_ definition: QueueDefinition) async throws(StoreError) -> Bool {
        try await except(.unknown) { () async throws(StoreError) in try await store.updateQueue(definition) } != nil
    }

    /// The result of a call; nil if it fails with this code.
    private func except<T>(
        _ code: StoreError.Code, _ call: () async throws(StoreError) -> T
    ) async throws(StoreError) -> T? {
        do { return try await call() } catch {
            guard error.code == code else { throw error }
            return nil
        }
    }
}
