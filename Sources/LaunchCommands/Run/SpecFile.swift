internal import LaunchConsole
internal import LaunchHost

/// The content of `--spec FILE`: the options of `submit`, `run` and `plan` under their names, with underscores.
struct SpecFile {
    /// The file; nil if the option is not given.
    private let document: Document?
    /// The options that the file gives.
    let options: Options
    /// The numbers of `params` as the file has them, where their JSON text is another.
    let numerals: [String: String]
    /// The folder of the file, to which its relative paths belong.
    let folder: String

    /// Reads the file that `--spec` names.
    /// - Throws: `LaunchError` of kind `.invalid` with all errors of the file.
    init(named path: String?) throws {
        document = try path.map { try Document(reading: $0, kind: .invalid) }
        options = try document.map(Self.options) ?? Options()
        numerals = document.map(Self.numerals) ?? [:]
        folder = path?.lastIndex(of: "/").flatMap { index in path.map { String($0[..<index]) } } ?? "."
    }

    /// Records the position of a key, or of a member of its mapping, if the file has it.
    func record(
        _ value: SubmittedValues.Value, of key: String, _ member: String? = nil, in submitted: inout SubmittedValues
    ) {
        guard let document, let node = node(key, member) else { return }
        submitted.add(value, at: node, in: document)
    }

    /// The names of the members of a key's mapping.
    func members(of key: String) -> [String] {
        document?.root.entry(key)?.value.entries?.map(\.key) ?? []
    }

    /// An error about the value of an option: with its position if the file gives it, and otherwise about the command
    /// line.
    func usageError(
        _ message: String, about option: String, _ member: String? = nil, in arguments: ParsedArguments
    ) -> any Error {
        let isOnLine = member == nil && arguments.source(of: option) != nil
        guard !isOnLine, let document, let node = node(option.replacing("-", with: "_"), member) else {
            return arguments.usageError(message)
        }
        return LaunchError(
            .usage, "\(document.name): 1 error.",
            diagnostics: [document.diagnostic(.error, message, at: node.mark)])
    }

    /// An error about the file's value of a key.
    func invalid(_ message: String, hint: String, about key: String) -> LaunchError {
        LaunchError(
            .invalid, "\(document?.name ?? "the spec"): 1 error.",
            diagnostics: document.map { [$0.diagnostic(.error, message, hint: hint, at: node(key, nil)?.mark)] } ?? [])
    }

    /// Uses the value of an option. An error without a position gets that of the value, if the file gives it.
    func locating<Result>(
        _ option: String, in arguments: ParsedArguments, _ use: () async throws -> Result
    ) async throws -> Result {
        do { return try await use() } catch {
            let known = (error as? StoreError).map { LaunchError($0) } ?? error as? LaunchError
            guard let known, known.diagnostics.isEmpty, arguments.source(of: option) == nil, let document,
                let node = node(option.replacing("-", with: "_"), nil)
            else { throw error }
            throw LaunchError(
                known.kind, "\(document.name): 1 error.",
                diagnostics: [document.diagnostic(.error, known.message, hint: known.hint, at: node.mark)])
        }
    }

    private func node(_ key: String, _ member: String?) -> ConfigNode? {
        let node = document?.root.entry(key)?.value
        return member.map { node?.entry($0)?.value } ?? node
    }

    static let fields: [Field] =
        [
            Field("queue", .string, help: "The queue whose template and rules apply."),
            Field("resource", .string, help: "The backend, if no queue is named."),
            Field("job", .string, help: "A stored job, optionally with an alias."),
            Field("image", .string, help: "An image that exists already."),
            Field("source", .string, help: "A folder with a Dockerfile, to be built; relative to the file."),
            Field("git", .string, help: "A git repository with a Dockerfile."),
            Field(
                "code", .string,
                help: "A folder that the job reads as input, beside the image; nothing is built; relative to the file."),
            Field("code_channel", .boolean, help: "Whether the git repository is treated like code."),
            Field(
                "code_requirements", .boolean,
                help: "Whether the code's requirements.txt is installed when the job starts."),
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

    private static func numerals(in document: Document) -> [String: String] {
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
