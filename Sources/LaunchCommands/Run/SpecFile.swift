internal import LaunchHost

/// The content of `--spec FILE`: the options of `submit`, `run` and `plan` under their names, with underscores.
enum SpecFile {
    static let fields: [Field] =
        [
            Field("queue", .string, help: "The queue whose template and rules apply."),
            Field("resource", .string, help: "The backend, if no queue is named."),
            Field("job", .string, help: "A stored job, optionally with an alias."),
            Field("image", .string, help: "An image that exists already."),
            Field("source", .string, help: "A folder with a Dockerfile, to be built; relative to the file."),
            Field("git", .string, help: "A git repository with a Dockerfile."),
            Field("git_version", .string, help: "Branch, tag or commit of the repository."),
            Field("dockerfile", .string, help: "The Dockerfile's path in the source."),
            Field("entry_point", .either([.list(.string), .string]), help: "Replaces the image's entry point."),
            Field("args", .list(.string), help: "Arguments of the job's container."),
            Field("params", .map(.any), help: "The run's configuration."),
            Field("env", .map(.string), help: "Environment variables of the container."),
            Field("set", .map(.any), help: "Values in the backend's request, by path."),
            Field("resource_args", .map(.any), help: "Values to merge into the backend's request."),
            Field("set_vars", .map(.any), help: "Template variables of the queue."),
            Field("name", .string, help: "The run's name."),
            Field("project", .string, help: "The project."),
            Field("priority", .choice(Priority.allCases.map(\.rawValue)), help: "The priority in its queue."),
            Field(
                "rehearse", .boolean, help: "Whether a remote backend's request is run on the local container engine."),
        ] + rehearsal

    /// The options of a rehearsal. The values on the command line are parsed with the same fields.
    static let rehearsal: [Field] = [
        Field("channels", .map(.string), help: "Local folders or files instead of input channels' data, by channel."),
        Field("checkpoints", .string, help: "A local folder instead of the checkpoints' destination."),
        Field("output", .string, help: "A local folder for the results, in a folder of the job's name."),
        Field("keep_local", .boolean, help: "Whether nothing is written outside."),
        Field("drill", .string, example: "spot@10s", help: "An interruption this long after the start."),
        Field("grace", .duration, example: "120s", help: "The time from SIGTERM to SIGKILL."),
        Field("with_credentials", .boolean, help: "Whether the containers get short-lived credentials."),
        Field("like_instance", .boolean, help: "Whether they are limited to the resources of the backend's machine."),
        Field("shm_size", .bytes, example: "2g", help: "Size of /dev/shm."),
    ]

    /// Advice for keys of W&B's launch specs, and other common keys, that have another name here.
    private static func advice(_ key: String) -> SchemaDecoder.KeyAdvice? {
        let hint: String? =
            switch key {
            case "overrides":
                "its members are at the top level here: args, entry_point, dockerfile, and run_config as params"
            case "run_config", "config": "write it as params"
            case "environment": "write it as env"
            case "image_uri", "docker", "docker_image": "write image: URI"
            case "uri": "write git: URL, or source: FOLDER"
            case "template_variables": "write it as set_vars"
            case "entity", "queue_entity", "author": "remove it: a run belongs to the user who submits it"
            case "builder": "remove it: images are built as launch-config.yaml says"
            default: nil
            }
        return hint.map { SchemaDecoder.KeyAdvice(message: "a spec has no key \(Wording.quoted(key))", hint: $0) }
    }

    /// The numbers of `params` as the file has them, where their JSON text is another.
    static func numerals(in document: Document) -> [String: String] {
        let entries = document.root.entry("params")?.value.entries ?? []
        return entries.reduce(into: [:]) { numerals, entry in
            guard case .scalar(let text, plain: true) = entry.value.content else { return }
            numerals[entry.key] = Numeral.kept(text, of: entry.value.jsonValue)
        }
    }

    /// The options in a document.
    /// - Throws: `LaunchError` of kind `.invalid` with all errors of the document.
    static func options(of document: Document) throws -> Options {
        var decoder = SchemaDecoder(document: document) { key, _ in advice(key) }
        let options = decoder.decode(document.root, fields: fields, in: .top)
        let diagnostics = DiagnosticRenderer.sorted(document.problems + decoder.diagnostics)
        guard diagnostics.allSatisfy({ $0.severity != .error }) else {
            throw LaunchError(
                .invalid, "\(document.name): \(DiagnosticRenderer.summary(diagnostics)).", diagnostics: diagnostics)
        }
        return options
    }
}
