internal import LaunchConsole
internal import LaunchHost

/// `launch queue edit`
enum QueueEditCommand {
    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "edit", summary: "Change a queue's template",
            discussion: """
                Opens the queue's file in $VISUAL or $EDITOR, checks the edited text and stores it. A text with errors \
                is kept, and the message names its path. Runs that an agent has claimed already keep the old template.
                """,
            examples: [
                Example("In the editor", "launch queue edit train"),
                Example("From a file", "launch queue edit train --config queue.yaml"),
            ],
            options: [
                Option(
                    "config", value: "FILE", help: "Use this file instead of an editor; - is standard input.",
                    values: .files)
            ],
            arguments: [QueueCommands.name],
            environment: [
                EnvironmentVariable("VISUAL", "The editor."),
                EnvironmentVariable("EDITOR", "The editor if VISUAL is not set."),
            ]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let store = try context.store()
            let queue = try await store.queue(try arguments.required("name"), evenDamaged: true)
            let text = QueueText(context: context, runner: try context.catalog.knownRunner(queue.definition.resource))
            let changed: QueueRecord?
            if let path = arguments.string("config") {
                changed = try await update(queue, text: text, store: store, from: path)
            } else {
                changed = try await edit(queue, text: text, store: store)
            }
            if context.wantsJSON { try context.printJSON(try QueueView(changed ?? queue)) }
            context.note("The queue '\(queue.name)' is \(changed == nil ? "unchanged" : "changed").")
            return .ok
        }
    }

    private static func update(
        _ queue: QueueRecord, text: QueueText, store: Store, from path: String
    ) async throws -> QueueRecord {
        var definition = try text.definition(of: queue.name, reading: path)
        // The file of the kept text is not the user's own. It is removed once it is used.
        let draft = Draft(at: path, in: folder(store))
        if draft != nil { definition.fileName = queue.definition.fileName }
        let changed = try await store.updateQueue(definition)
        draft?.remove()
        return changed
    }

    /// The folder of the texts that are being edited.
    private static func folder(_ store: Store) -> String { "\(store.home.path)/edits" }

    /// Nil if the text was not changed.
    private static func edit(_ queue: QueueRecord, text: QueueText, store: Store) async throws -> QueueRecord? {
        let old = try queue.definition.text
        let editor = try Editor(variables: text.context.variables)
        let draft = try Draft(of: old, name: queue.name, in: folder(store))
        do {
            try await editor.edit(draft.path)
            guard try draft.text() != old else {
                draft.remove()
                return nil
            }
            var definition = try text.definition(of: queue.name, reading: draft.path)
            definition.fileName = queue.definition.fileName
            guard try await store.queue(queue.name, evenDamaged: true).definition == queue.definition else {
                throw LaunchError(.tryAgain, "Another process has changed the queue '\(queue.name)' meanwhile.")
            }
            let changed = try await store.updateQueue(definition)
            draft.remove()
            return changed
        } catch {
            // The user's text is kept after any error.
            if (try? draft.text()) == old {
                draft.remove()
            } else {
                text.context.note(
                    "Your text is kept in \(draft.path)\nAfter correcting it, store it with: "
                        + "launch queue edit \(queue.name) --config \(draft.path)")
            }
            throw error
        }
    }
}
