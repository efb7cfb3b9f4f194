internal import FoundationEssentials
internal import LaunchConsole
internal import LaunchHost

/// `launch code prune`
enum CodePruneCommand {
    private struct View: Encodable {
        /// The versions that were removed, or would be.
        var removed: [CodeView] = []
        /// The old versions that stay, because a run uses them or another program works on them.
        var kept: [CodeView] = []
        var files = 0
        var bytes: Int64 = 0
        var dryRun: Bool

        mutating func addRemoved(_ entry: CodeLibrary.Entry) {
            removed.append(CodeView(entry))
            files += entry.version.files
            bytes += entry.version.bytes
        }

        /// One sentence.
        var words: String {
            "\(Wording.count(removed.count, "version")) of code (\(Wording.count(files, "file")), "
                + "\(Format.bytes(bytes))) \(dryRun ? "would be removed" : "removed")."
                + (kept.isEmpty ? "" : " Old versions that stay, because they are in use: \(kept.count).")
        }
    }

    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "prune", summary: "Remove uploaded code that is old and not in use",
            discussion: """
                Removes the versions whose last use is older than the given age, unless a run of this store uses them and \
                has not ended. Incomplete versions of that age are removed too.

                Runs of other stores that share the place are not seen. Only the age protects their code: an agent records \
                each use, at most once a day. So choose an age that is longer than the longest time that a job waits for \
                its machine. The shortest age is 2d.

                An agent may upload or use the same code meanwhile: either the version stays, or the agent waits and then \
                uploads it again. If the command is killed, the next one continues after 30 minutes.

                It needs the right to list, read, write and delete objects at the place. On PostgreSQL the user must be an \
                owner of the store. On a terminal the command asks before, unless --yes is given.
                """,
            examples: [
                Example("What would be removed", "launch code prune --older-than 30d --dry-run"),
                Example("Once a week, from a timer", "launch code prune --older-than 30d --yes"),
                Example("The code of one queue", "launch code prune --older-than 7d -q try"),
            ],
            options: [
                Option(
                    "older-than", value: "DURATION",
                    help: "Only versions whose last use is at least this long ago, such as 30d; at least 2d.")
            ] + CodeCommands.options + [
                Option(flag: "dry-run", help: "List what would be removed, and change nothing."),
                Option(flag: "yes", "y", help: "Do not ask."),
            ]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let age = try age(arguments)
            let limit = try PruneCommand.limit(arguments)
            let store = try context.store()
            try await store.requireOwner("removes code")
            let backends = try context.backends(try context.config())
            let roots = try await CodeCommands.roots(arguments, context, backends)
            try await CodeUses(store, backends).refuseUnknown()
            let old = try await CodeView.entries(roots, store, backends, context)
                .filter { $0.isUnused(since: limit) }
            let chosen = old.filter(\.runs.isEmpty)
            var view = View(dryRun: arguments.flag("dry-run"))
            view.kept = old.filter { !$0.runs.isEmpty }.map { CodeView($0) }
            if view.dryRun {
                for entry in chosen { view.addRemoved(entry) }
                if !context.wantsJSON, !chosen.isEmpty { try terminal.out(CodeView.table(chosen)) }
            } else {
                if !arguments.flag("yes"), !chosen.isEmpty,
                    terminal.confirms(
                        "\(Wording.count(chosen.count, "version")) of code will be removed. Continue?") == false
                {
                    context.note("nothing is removed")
                    return .ok
                }
                do {
                    for entry in chosen { try await remove(entry, unusedFor: age, store, backends, context, &view) }
                } catch {
                    context.note("\(view.words)")
                    throw error
                }
            }
            if context.wantsJSON { try context.printJSON(view) }
            context.note("\(view.words)")
            return .ok
        }
    }

    private static func remove(
        _ entry: CodeLibrary.Entry, unusedFor age: Duration, _ store: Store, _ backends: Backends,
        _ context: CommandContext, _ view: inout View
    ) async throws {
        let version = entry.version
        let outcome = try await Progress.show(
            "Removing \(version.place.digest.prefix(12))", on: context.terminal, quiet: context.wantsJSON
        ) { progress in
            try await CodeLibrary(at: version.place.root, store, backends).remove(entry, unusedFor: age) {
                progress.update(nil, .items($0, of: version.files, "files"))
            }
        }
        switch outcome {
        case .removed: return view.addRemoved(entry)
        case .usedByRun, .usedSince: break
        case .removedElsewhere:
            context.terminal.warn(
                "Another 'launch code prune' removes \(version.place.folder), or was interrupted less than 30 minutes ago."
            )
        }
        view.kept.append(CodeView(entry))
    }

    private static func age(_ arguments: ParsedArguments) throws -> Duration {
        _ = try arguments.required("older-than")
        let age = try arguments.duration("older-than", upTo: .seconds(366_000 * 86_400)) ?? .zero
        guard age >= CodeVersion.shortestAge else {
            throw arguments.usageError(
                "--older-than must be at least 2d, because agents record the use of code once a day")
        }
        return age
    }
}
