internal import LaunchConsole
internal import LaunchHost

/// `launch queue create`
enum QueueCreateCommand {
    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "create", summary: "Make a queue",
            discussion: """
                The file is the backend's request template, as YAML or JSON, with keys of the queue itself: \
                'template_variables' declares the {{…}} that a submit may set, 'allow_overrides' lists what a submit \
                may change, the other 'allow_' keys control what else a submitter may request, 'retry' limits the \
                number and the time of retries, 'limits' the number of runs at a time, and 'owners' names who may \
                change the queue. 'launch config explain allow_sources' explains a key. Without a file, \
                the queue gets the template that 'launch plugins describe TYPE' shows.

                Prints only the queue's name on standard output.
                """,
            examples: examples(context.catalog),
            options: [
                Option(
                    "resource", "r", value: "TYPE", help: "The backend of its runs.",
                    values: .oneOf(context.catalog.runners.map(\.base.type))),
                Option("config", value: "FILE", help: "The template; - is standard input.", values: .files),
                Option(flag: "if-not-exists", help: "Succeed if a queue of that name exists."),
            ],
            arguments: [
                Argument("name", help: "1 to 64 letters, digits, '.', '_' and '-', beginning with a letter or a digit.")
            ]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let name = try arguments.required("name")
            let text = QueueText(
                context: context, runner: try context.catalog.knownRunner(try arguments.required("resource")))
            let definition =
                if let path = arguments.string("config") {
                    try text.definition(of: name, reading: path)
                } else {
                    try text.defaultDefinition(of: name)
                }
            let store = try context.store()
            let queue: QueueRecord
            do {
                queue = try await store.createQueue(definition)
            } catch let error as StoreError where error.code == .exists && arguments.flag("if-not-exists") {
                queue = try await store.queue(name)
                let isSame = queue.definition.means(theSameAs: definition)
                isSame
                    ? context.note("The queue '\(name)' exists already, unchanged.")
                    : terminal.warn("The queue '\(name)' exists already with another definition, which is kept.")
            }
            if context.wantsJSON {
                try context.printJSON(try QueueView(queue))
            } else {
                try terminal.out(name)
            }
            return .ok
        }
    }

    private static func examples(_ catalog: PluginCatalog) -> [Example] {
        guard let type = catalog.runners.first?.base.type else { return [] }
        return [
            Example("With the default template", "launch queue create try --resource \(type)"),
            Example("From a file", "launch queue create train -r \(type) --config queue.yaml"),
            Example(
                "From what another program prints", "jq .template x.json | launch queue create x -r \(type) --config -"),
        ]
    }
}
