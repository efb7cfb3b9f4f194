internal import FoundationEssentials
internal import LaunchConsole
internal import LaunchHost

/// `launch store prune`
enum StorePruneCommand {
    private struct View: Encodable {
        /// The number of runs that were removed, or would be.
        var runs: Int
        /// The number of old runs that stay because their backend may still hold resources.
        var unreleased: Int
        /// The number of unused sources of a team that were removed, or would be.
        var sources: Int
        /// The number of their pieces in the database of a server.
        var pieces: Int
        /// The number of their objects in an object store.
        var objects: Int
        /// The bytes of their pieces in the database.
        var sourceBytes: Int64
        var dryRun: Bool
    }

    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "prune", summary: "Remove runs that ended long ago from the store",
            discussion: """
                Removes runs that have ended, their events, what this machine has of their logs, and sources that no job and \
                no unfinished run needs. Nothing is archived: 'launch prune' does that first. A run whose backend may still \
                hold resources stays until an agent has released it.

                The runs are removed in small transactions, so agents and submitters are not delayed. On PostgreSQL the user must be an \
                owner of the store. On a terminal the command asks before, unless --yes is given.
                """,
            examples: [
                Example("What would be removed", "launch store prune --older-than 180d --dry-run"),
                Example("Once a night, from a timer", "launch store prune --older-than 180d --yes"),
                Example("Tries in one queue", "launch store prune --older-than 7d -q try"),
            ],
            options: [
                Option(
                    "older-than", value: "DURATION", help: "Only runs that ended at least this long ago, such as 90d."),
                Option("queue", "q", value: "NAME", help: "Only runs of this queue.", values: Completions.queues),
                Option(flag: "dry-run", help: "Count what would be removed, and change nothing."),
                Option(flag: "yes", "y", help: "Do not ask."),
            ]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let old = OldRuns(endedBy: try PruneCommand.limit(arguments), queue: arguments.string("queue"))
            let store = try context.store()
            try await store.requireOwner("removes runs from it")
            if let queue = old.queue { _ = try await store.queue(queue) }
            var view = View(
                runs: try await store.oldRuns(old).count, unreleased: try await store.unreleasedOldRuns(old),
                sources: 0, pieces: 0, objects: 0, sourceBytes: 0, dryRun: arguments.flag("dry-run"))
            if store.isShared {
                let unused = try await store.unusedSources()
                (view.sources, view.pieces, view.objects) = (unused.sources, unused.pieces, unused.objects)
                view.sourceBytes = unused.bytes
            }
            if !view.dryRun {
                if !arguments.flag("yes"), view.runs > 0,
                    terminal.confirms("\(Wording.count(view.runs, "run")) will be removed. Continue?") == false
                {
                    context.note("nothing is removed")
                    return .ok
                }
                let pruning = RunPruning(store, archivingTo: nil, warn: { terminal.warn($0) })
                view.runs = try await Progress.show("Removing runs", on: terminal, quiet: context.wantsJSON) {
                    progress in
                    try await pruning.run(old) { done, all in progress.update(nil, .items(done, of: all, "runs")) }
                }.runs.count
                if let shared = try context.sharedSources(store) {
                    var removed = SharedSources.Removed()
                    var last = 0
                    do throws(LaunchError) {
                        repeat {
                            last = removed.objects
                            try await shared.removeUnused(&removed)
                        } while removed.objects == last + SharedSources.mostObjects
                    } catch {
                        // An owner of the store may have no access to the object store; agents have it.
                        guard removed.bytes > 0 || view.objects > 0 else { throw error }
                        terminal.warn("\(error.description) The next agent deletes them.")
                    }
                    (view.sourceBytes, view.objects) = (removed.bytes, removed.objects)
                }
            }
            if context.wantsJSON { try context.printJSON(view) }
            context.note(words(view))
            return .ok
        }
    }

    private static func words(_ view: View) -> Styled {
        var text = "\(Wording.count(view.runs, "run")) \(view.dryRun ? "would be removed" : "removed")"
        if view.sources + view.pieces + view.objects > 0 {
            var parts = ["\(Wording.count(view.pieces, "piece")) (\(view.sourceBytes / 1_000) kB) in the database"]
            if view.objects > 0 { parts.append("\(Wording.count(view.objects, "object"))") }
            text += ", and \(Wording.count(view.sources, "unused source")) with \(Wording.all(parts))"
        }
        text += "."
        if view.unreleased > 0 {
            text +=
                " Old runs that stay: \(view.unreleased). Their backend may still hold resources, and the next 'launch "
                + "agent' releases them."
        }
        return Styled(text)
    }
}
