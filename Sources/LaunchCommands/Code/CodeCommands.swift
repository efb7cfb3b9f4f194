internal import LaunchConsole
internal import LaunchHost

/// The commands about uploaded code.
enum CodeCommands {
    static func group(_ context: CommandContext.Factory) -> Command {
        Command(
            "code", summary: "List and remove the uploaded code of runs",
            discussion: """
                The agent uploads the folder of 'launch submit --code' once for each version, to the place that the queue \
                names. Versions stay there until 'launch code prune' removes those that are old and not in use.
                """,
            examples: [
                Example("What is there", "launch code list"),
                Example("What would be removed", "launch code prune --older-than 30d --dry-run"),
            ],
            groups: [
                CommandGroup([CodeListCommand.command(context), CodePruneCommand.command(context)])
            ])
    }

    /// The options that choose the places.
    static let options = [
        Option(
            "queue", "q", value: "NAME", help: "Only the place of this queue. Default: those of all queues.",
            values: Completions.queues),
        Option("uri", value: "URI", help: "This place, such as the queue's code_uri, instead of the queues' places."),
    ]

    /// The URIs below which the code is, sorted, each once.
    ///
    /// Without options, a queue whose place cannot be determined is left out with a warning.
    static func roots(_ arguments: ParsedArguments, _ context: CommandContext, _ backends: Backends) async throws
        -> [String]
    {
        let (name, uri) = (arguments.string("queue"), arguments.string("uri"))
        if let uri {
            guard name == nil else { throw arguments.usageError("--queue and --uri cannot be combined") }
            return [try root(uri, arguments)]
        }
        let store = try context.store()
        if let name {
            let definition = try await store.definition(ofQueue: name)
            return [try root(of: definition, QueuePreview(backends: backends))]
        }
        var roots: Set<String> = []
        for queue in try await store.queues() where queue.damage == nil {
            do {
                let definition = try await store.definition(ofQueue: queue.name)
                let preview = QueuePreview(backends: backends)
                if try preview.codeRoot(of: definition) != .absent { roots.insert(try root(of: definition, preview)) }
            } catch let error as LaunchError {
                context.terminal.warn("\(error.description) The queue \(queue.name) is left out.")
            }
        }
        return roots.sorted()
    }

    private static func root(_ uri: String, _ arguments: ParsedArguments) throws -> String {
        var root = uri[...]
        while root.last == "/" { root.removeLast() }
        guard let (_, rest) = root.separated(by: "://"), !rest.isEmpty else {
            throw arguments.usageError(
                "--uri takes the address of a folder of an object store, such as SCHEME://BUCKET/PREFIX; got "
                    + "'\(Terminal.printable(uri))'")
        }
        return String(root)
    }

    private static func root(of definition: QueueDefinition, _ preview: QueuePreview) throws -> String {
        switch try preview.codeRoot(of: definition) {
        case .root(let root): return root
        case .open(let root):
            throw LaunchError(
                .invalid,
                "The place of the code of queue \(definition.name) depends on values of a submit: \(root).",
                hint: "Name it with --uri; 'launch status RUN' shows the request of a run.")
        case .absent:
            throw LaunchError(
                .invalid, "The runs of queue \(definition.name) have no place for code.",
                hint: "A queue has one if its backend takes 'launch submit --code'.")
        }
    }
}

extension Substring {
    /// What is before and after the first occurrence of the mark; nil if there is none.
    fileprivate func separated(by mark: String) -> (Substring, Substring)? {
        firstRange(of: mark).map { (self[..<$0.lowerBound], self[$0.upperBound...]) }
    }
}
