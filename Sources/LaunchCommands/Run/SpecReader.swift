internal import FoundationEssentials
internal import LaunchConsole
internal import LaunchHost

/// Makes a launch spec from the command line and the spec file. The command line takes precedence.
struct SpecReader {
    private let context: CommandContext
    private let specFile: SpecFile

    init(_ context: CommandContext) throws {
        self.context = context
        specFile = try SpecFile(named: context.arguments.string("spec"))
    }

    private var file: Options { specFile.options }

    /// The spec of a run, and the positions of its values in files. A folder as its source is stored as a snapshot.
    func spec(
        store: Store, config: LaunchConfig, offline: Bool = false
    ) async throws -> (spec: LaunchSpec, submitted: SubmittedValues) {
        let queue = value("queue")
        let resource = try await specFile.locating(queue == nil ? "resource" : "queue", in: context.arguments) {
            try await self.resource(queue: queue, store: store, config: config)
        }
        let rehearsal = try RehearsalReader(context, specFile).options(of: resource, config)
        let channels = try await treatsSourcesAsCode(queue, resource, store)
        let (source, jobProject) = try await source(store, channels: channels, offline: offline)
        let author = SystemUser.name
        let plugin = try context.catalog.knownRunner(resource)
        var submitted = SubmittedValues(for: plugin)
        recordOwnKeys(in: &submitted)
        let spec = LaunchSpec(
            source: source ?? .template, name: value("name"),
            project: value("project") ?? jobProject ?? LaunchSpec.defaultProject,
            entity: config.entity ?? author, author: author, resource: resource, queue: queue,
            priority: value("priority").flatMap(Priority.init(rawValue:)) ?? .medium,
            overrides: try overrides(plugin, &submitted),
            rehearse: rehearsal != nil, rehearsal: rehearsal, traceParent: try traceParent())
        if spec.source == .template { try await refuseNothing(spec, store: store) }
        return (spec, submitted)
    }

    /// Refuses a run without a source, unless the queue's template names an image or an algorithm, or the runner needs
    /// no image.
    private func refuseNothing(_ spec: LaunchSpec, store: Store) async throws {
        let plugin = try context.catalog.knownRunner(spec.resource)
        let queue = try await ResolveStage.Queue(of: spec, plugin: plugin, store: store)
        guard ResolveStage(queue: queue, plugin: plugin).needsNoSource(spec) else {
            throw context.arguments.usageError("say what to run: --image URI, --source DIR, --git URL or --job NAME")
        }
        try refuseStray(besides: nil, isOnLine: false)
    }

    /// The trace that the caller names. A wrong variable is ignored, as W3C demands; a wrong option is a mistake of the
    /// user.
    private func traceParent() throws -> String? {
        let arguments = context.arguments
        guard let text = arguments.string("traceparent") else { return nil }
        if let parent = TraceParent(text) { return parent.description }
        if arguments.source(of: "traceparent") == .environment { return nil }
        throw arguments.usageError(
            "--traceparent is not a header of W3C Trace Context, such as "
                + "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    }

    private func value(_ name: String) -> String? {
        context.arguments.string(name) ?? file.string(name.replacing("-", with: "_"))
    }

    // MARK: Resource

    private func resource(queue: String?, store: Store, config: LaunchConfig) async throws -> String {
        let given = value("resource")
        if let queue {
            let resource = try await store.definition(ofQueue: queue).resource
            guard given == nil || given == resource else {
                throw specFile.usageError(
                    "queue \(queue) is for \(resource), so --resource cannot be \(given ?? "")", about: "resource",
                    in: context.arguments)
            }
            return resource
        }
        if let given { return try context.catalog.knownRunner(given).base.type }
        if let type = config.runner?.type { return type }
        if let local = context.catalog.runners.first(where: \.base.capabilities.rehearses) { return local.base.type }
        throw context.arguments.usageError("name a queue with --queue or a backend with --resource")
    }

    // MARK: Source

    /// Whether `--source` and `--git` mean code beside the image: the queue's file has `code: channel`.
    private func treatsSourcesAsCode(_ queue: String?, _ resource: String, _ store: Store) async throws -> Bool {
        let plugin = try context.catalog.knownRunner(resource)
        guard let queue, plugin.ownKeys.contains(where: { $0.name == "code" }) else { return false }
        return try await store.definition(ofQueue: queue).template["code"]?.stringValue == "channel"
    }

    /// The source from the command line or the spec file, nil if neither names one, and the project of its stored job.
    /// - Parameter channels: Whether the queue treats folders and repositories as code beside the image.
    private func source(_ store: Store, channels: Bool, offline: Bool) async throws -> (
        source: Source?, project: String?
    ) {
        let names = ["job", "image", "source", "git", "code"]
        let onLine = names.filter { context.arguments.string($0) != nil }
        var given = onLine.isEmpty ? names.filter { file.string($0) != nil } : onLine
        let isOnLine = !onLine.isEmpty
        var image: String?
        let isGitChannel = given.contains("git") && flag("code-channel", isOnLine: isOnLine)
        let isChannel =
            given.contains("code") || isGitChannel || channels && (given.contains("git") || given.contains("source"))
        if isChannel, given.contains("image") {
            // An image beside code is what the code runs in.
            given.removeAll { $0 == "image" }
            image = try imageName(isOnLine ? context.arguments.string("image") ?? "" : file.string("image") ?? "")
        }
        guard let name = given.first else { return (nil, nil) }
        guard given.count == 1 else {
            let list = given.map { "--\($0)" }.joined(separator: " and ")
            throw context.arguments.usageError("\(list) cannot be combined: a run has one source")
        }
        try refuseStray(besides: name, isOnLine: isOnLine, isChannel: isChannel)
        let (source, project) = try await specFile.locating(name, in: context.arguments) {
            try await self.source(name, isOnLine: isOnLine, isChannel: isChannel, store, offline: offline)
        }
        guard isChannel, let source else { return (source, project) }
        let installs = flag("code-requirements", isOnLine: isOnLine)
        return (source.with(CodeChannel(image: image, installsRequirements: installs ? true : nil)), project)
    }

    /// A flag of the source. A source on the command line replaces the file's source with all its options.
    private func flag(_ name: String, isOnLine: Bool) -> Bool {
        context.arguments.flag(name) || !isOnLine && file.flag(name.replacing("-", with: "_"))
    }

    private func imageName(_ text: String) throws -> String {
        do {
            return try ImageReference(parsing: text).description
        } catch {
            throw LaunchError(.invalid, error.description)
        }
    }

    private func source(
        _ name: String, isOnLine: Bool, isChannel: Bool, _ store: Store, offline: Bool
    ) async throws -> (source: Source?, project: String?) {
        let text = value(name) ?? ""
        let dockerfile = value("dockerfile")
        switch name {
        case "job":
            let job = try await store.job(try JobReference(parsing: text))
            return (job.source, job.project)
        case "image":
            return (.image(try imageName(text)), nil)
        case "git":
            let source = try await SourceChoice.git(
                text, version: value("git-version"), dockerfile: dockerfile, git: context.git, offline: offline)
            return (source, nil)
        default:
            let isRelativeToFile = !isOnLine && !text.hasPrefix("/")
            let folder = isRelativeToFile ? "\(specFile.folder)/\(text)" : text
            if isChannel { return (try await SourceChoice.channel(folder, home: store.home, context), nil) }
            let source = try await SourceChoice.code(
                folder, dockerfile: dockerfile, home: store.home, context)
            return (source, nil)
        }
    }

    /// Refuses an option that only applies to another kind of source, because it would be ignored.
    /// - Parameter source: The option that names the source; nil if the queue's template does.
    /// - Parameter isChannel: Whether the source is code beside an image, from which nothing is built.
    private func refuseStray(besides source: String?, isOnLine: Bool, isChannel: Bool = false) throws {
        for (option, kinds) in [
            ("dockerfile", isChannel ? [] : ["source", "git"]), ("git-version", ["git"]),
            ("code-channel", ["git"]), ("code-requirements", ["code"] + [isChannel ? source : nil].compactMap(\.self)),
        ] where source.map({ !kinds.contains($0) }) ?? true {
            // A source on the command line replaces the file's source with all its options.
            let value = file.values[option.replacing("-", with: "_")]
            let isInFile = !isOnLine && value != nil && value != .bool(false)
            guard isInFile || context.arguments.source(of: option) != nil else { continue }
            let list = kinds.map { "--\($0)" }.joined(separator: " and ")
            guard !kinds.isEmpty else {
                throw specFile.usageError(
                    "--\(option) is for a build, and nothing is built from code beside an image", about: option,
                    in: context.arguments)
            }
            let found = source.map { "--\($0)" } ?? "what its queue names"
            throw specFile.usageError(
                "--\(option) is for \(list), and the run's source is \(found)", about: option, in: context.arguments)
        }
    }

    // MARK: Overrides

    private func overrides(_ plugin: RunnerPlugin, _ submitted: inout SubmittedValues) throws -> Overrides {
        let arguments = context.arguments
        recordOverrides(in: &submitted)
        var overrides = Overrides(
            entryPoint: try entryPoint(),
            arguments: arguments.rest.isEmpty ? file.strings("args") ?? [] : arguments.rest,
            runConfig: file.values["params"]?.objectValue ?? [:], environment: file.stringMap("env") ?? [:],
            resourceArguments: try resourceArguments(plugin, &submitted),
            variables: file.values["set_vars"]?.objectValue ?? [:])
        for (path, value) in (file.values["set"]?.objectValue ?? [:]).sorted(by: { $0.key < $1.key }) {
            let place = try self.path(path, isInFile: true)
            overrides.settings.append(Overrides.Setting(path: place, value: value))
            specFile.record(.setting(place), of: "set", path, in: &submitted)
        }
        var numerals = specFile.numerals
        for (key, text) in try arguments.pairs("param") {
            let value = try typed("param", key, text)
            overrides.runConfig[key] = value
            submitted.add(.runConfig(key))
            numerals[key] = Numeral.kept(TypedText.trimmed(text), of: value)
        }
        overrides.numerals = numerals.isEmpty ? nil : numerals
        for (key, value) in try arguments.pairs("env") {
            overrides.environment[key] = value
            submitted.add(.environment(key))
        }
        for (key, text) in try arguments.pairs("set") {
            let path = try path(key)
            let value = plugin.keepingNumeral(try typed("set", key, text), typedAs: text, at: path)
            overrides.settings.append(Overrides.Setting(path: path, value: value))
            submitted.add(.setting(path))
        }
        for (key, value) in try arguments.pairs("set-var") {
            overrides.variables[key] = .string(value)
            submitted.add(.variable(key))
        }
        return overrides
    }

    /// Records the positions of what the file gives besides values of the request.
    private func recordOwnKeys(in submitted: inout SubmittedValues) {
        let keys = ["project", "name", "priority", "image", "source", "git", "code", "rehearse", "with-credentials"]
        for option in keys + ["checkpoints", "output"] where context.arguments.source(of: option) == nil {
            let key = option.replacing("-", with: "_")
            specFile.record(.key(key), of: key, in: &submitted)
        }
        for name in specFile.members(of: "channels") {
            specFile.record(.channel(name), of: "channels", name, in: &submitted)
        }
        for (name, _) in (try? context.arguments.pairs("channel")) ?? [] { submitted.add(.channel(name)) }
        for name in specFile.members(of: "set_vars") {
            specFile.record(.variable(name), of: "set_vars", name, in: &submitted)
        }
    }

    /// Records the positions of the file's values of the request. Those of `set` and `resource_args` are recorded where
    /// they are read.
    private func recordOverrides(in submitted: inout SubmittedValues) {
        if context.arguments.string("entry-point") == nil {
            specFile.record(.entryPoint, of: "entry_point", in: &submitted)
        }
        if context.arguments.rest.isEmpty { specFile.record(.arguments, of: "args", in: &submitted) }
        for name in specFile.members(of: "params") {
            specFile.record(.runConfig(name), of: "params", name, in: &submitted)
        }
        for name in specFile.members(of: "env") {
            specFile.record(.environment(name), of: "env", name, in: &submitted)
        }
    }

    private func path(_ text: String, isInFile: Bool = false) throws -> FieldPath {
        func refusal(_ message: String) -> any Error {
            isInFile
                ? specFile.usageError(message, about: "set", text, in: context.arguments)
                : context.arguments.usageError(message)
        }
        guard !FieldPath.isTooDeep(text) else {
            throw refusal("\(Wording.quoted(text)) has more than \(FieldPath.depthLimit) levels, the limit of a path")
        }
        guard let path = FieldPath(parsing: text) else {
            throw refusal(
                "\(Wording.quoted(text)) is not a path; write it like ResourceConfig.InstanceCount or Tags[0].Key")
        }
        return path
    }

    private func entryPoint() throws -> [String]? {
        if let words = try context.arguments.words("entry-point") { return words }
        return try file.strings("entry_point") ?? file.string("entry_point").map(entryPointOfFile)
    }

    private func entryPointOfFile(_ text: String) throws -> [String] {
        func refusal(_ message: String, hint: String) -> LaunchError {
            specFile.invalid("entry_point \(Wording.quoted(text)) \(message)", hint: hint, about: "entry_point")
        }
        let words: [String]
        do throws(CommandWords.Fault) { words = try CommandWords.split(text) } catch {
            throw refusal(error.description, hint: "Close the quote, or write a list: [python3, train.py].")
        }
        guard !words.isEmpty else { throw refusal("has no word", hint: "Name a program, or leave the key out.") }
        return words
    }

    private func resourceArguments(
        _ plugin: RunnerPlugin, _ submitted: inout SubmittedValues
    ) throws -> JSONValue? {
        guard let text = context.arguments.string("resource-args") else {
            specFile.record(.resourceArguments, of: "resource_args", in: &submitted)
            return file.values["resource_args"]
        }
        let isInline = text.drop(while: \.isWhitespace).first == "{"
        let document =
            try isInline
            ? Document(text: text, name: "--resource-args", kind: .invalid) : Document(reading: text, kind: .invalid)
        let problems = document.problems.filter { $0.severity == .error }
        guard problems.isEmpty else {
            throw LaunchError(.invalid, "\(document.name) cannot be read.", diagnostics: problems)
        }
        guard let entries = document.root.entries else {
            let found = document.diagnostic(
                .error, "the values must be a mapping of keys; found \(document.root.words)", at: document.root.mark)
            throw LaunchError(.invalid, "\(document.name) cannot be used.", diagnostics: [found])
        }
        if !isInline { submitted.add(.resourceArguments, at: document.root, in: document) }
        return ConfigNode(.mapping(entries.map(plugin.keepingNumerals))).jsonValue
    }

    private func typed(_ option: String, _ key: String, _ text: String) throws -> JSONValue {
        do throws(TypedText.Fault) { return try TypedText.value(of: text) } catch {
            throw context.arguments.usageError(
                "\(context.arguments.label(option)) \(key): \(Wording.quoted(text)) \(error.message); \(error.hint)")
        }
    }
}
