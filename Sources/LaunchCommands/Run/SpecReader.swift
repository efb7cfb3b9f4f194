internal import FoundationEssentials
internal import LaunchConsole
internal import LaunchHost

/// Makes a launch spec from the command line and the spec file. The command line takes precedence.
struct SpecReader {
    private let context: CommandContext
    private let file: Options
    private let numerals: [String: String]
    private let folder: String

    init(_ context: CommandContext) throws {
        self.context = context
        let path = context.arguments.string("spec")
        let document = try path.map { try Document(reading: $0, kind: .invalid) }
        file = try document.map(SpecFile.options) ?? Options()
        numerals = document.map(SpecFile.numerals) ?? [:]
        folder = path?.lastIndex(of: "/").flatMap { index in path.map { String($0[..<index]) } } ?? "."
    }

    /// The spec of a run. A folder as its source is stored as a snapshot.
    func spec(store: Store, config: LaunchConfig, offline: Bool = false) async throws -> LaunchSpec {
        let queue = value("queue")
        let resource = try resource(queue: queue, store: store, config: config)
        let rehearsal = try RehearsalReader(context, file: file, folder: folder).options(of: resource, config)
        let (source, jobProject) = try await source(store, offline: offline)
        let author = SystemUser.name
        let spec = LaunchSpec(
            source: source ?? .template, name: value("name"),
            project: value("project") ?? jobProject ?? LaunchSpec.defaultProject,
            entity: config.entity ?? author, author: author, resource: resource, queue: queue,
            priority: value("priority").flatMap(Priority.init(rawValue:)) ?? .medium,
            overrides: try overrides(context.catalog.knownRunner(resource)),
            rehearse: rehearsal != nil, rehearsal: rehearsal)
        if spec.source == .template { try refuseNothing(spec, store: store) }
        return spec
    }

    /// Refuses a run without a source, unless the queue's template names an image or an algorithm, or the runner needs
    /// no image.
    private func refuseNothing(_ spec: LaunchSpec, store: Store) throws {
        let plugin = try context.catalog.knownRunner(spec.resource)
        let queue = try ResolveStage.Queue(of: spec, plugin: plugin, store: store)
        guard ResolveStage(queue: queue, plugin: plugin).needsNoSource(spec) else {
            throw context.arguments.usageError("say what to run: --image URI, --source DIR, --git URL or --job NAME")
        }
        try refuseStray(besides: nil, isOnLine: false)
    }

    private func value(_ name: String) -> String? {
        context.arguments.string(name) ?? file.string(name.replacing("-", with: "_"))
    }

    // MARK: Resource

    private func resource(queue: String?, store: Store, config: LaunchConfig) throws -> String {
        let given = value("resource")
        if let queue {
            let resource = try store.queue(queue).definition.resource
            guard given == nil || given == resource else {
                throw context.arguments.usageError(
                    "queue \(queue) is for \(resource), so --resource cannot be \(given ?? "")")
            }
            return resource
        }
        if let given { return try context.catalog.knownRunner(given).base.type }
        if let type = config.runner?.type { return type }
        if let local = context.catalog.runners.first(where: \.base.capabilities.rehearses) { return local.base.type }
        throw context.arguments.usageError("name a queue with --queue or a backend with --resource")
    }

    // MARK: Source

    /// The source from the command line or the spec file, nil if neither names one, and the project of its stored job.
    private func source(_ store: Store, offline: Bool) async throws -> (source: Source?, project: String?) {
        let names = ["job", "image", "source", "git"]
        let onLine = names.filter { context.arguments.string($0) != nil }
        let given = onLine.isEmpty ? names.filter { file.string($0) != nil } : onLine
        guard let name = given.first else { return (nil, nil) }
        guard given.count == 1 else {
            let list = given.map { "--\($0)" }.joined(separator: " and ")
            throw context.arguments.usageError("\(list) cannot be combined: a run has one source")
        }
        try refuseStray(besides: name, isOnLine: !onLine.isEmpty)
        let text = value(name) ?? ""
        let dockerfile = value("dockerfile")
        switch name {
        case "job":
            let job = try store.job(try JobReference(parsing: text))
            return (job.source, job.project)
        case "image":
            do {
                return (.image(try ImageReference(parsing: text).description), nil)
            } catch {
                throw LaunchError(.invalid, error.description)
            }
        case "git":
            let source = try await SourceChoice.git(
                text, version: value("git-version"), dockerfile: dockerfile, git: context.git, offline: offline)
            return (source, nil)
        default:
            let isRelativeToFile = onLine.isEmpty && !text.hasPrefix("/")
            let source = try await SourceChoice.code(
                isRelativeToFile ? "\(folder)/\(text)" : text, dockerfile: dockerfile, home: store.home,
                limits: context.limits, terminal: context.terminal, quiet: context.wantsJSON)
            return (source, nil)
        }
    }

    /// Refuses an option that only applies to another kind of source, because it would be ignored.
    /// - Parameter source: The option that names the source; nil if the queue's template does.
    private func refuseStray(besides source: String?, isOnLine: Bool) throws {
        for (option, kinds) in [("dockerfile", ["source", "git"]), ("git-version", ["git"])]
        where source.map({ !kinds.contains($0) }) ?? true {
            // A source on the command line replaces the file's source with all its options.
            let isInFile = !isOnLine && file.string(option.replacing("-", with: "_")) != nil
            guard isInFile || context.arguments.string(option) != nil else { continue }
            let list = kinds.map { "--\($0)" }.joined(separator: " and ")
            let found = source.map { "--\($0)" } ?? "what its queue names"
            throw context.arguments.usageError("--\(option) is for \(list), and the run's source is \(found)")
        }
    }

    // MARK: Overrides

    private func overrides(_ plugin: RunnerPlugin) throws -> Overrides {
        let arguments = context.arguments
        var overrides = Overrides(
            entryPoint: try entryPoint(),
            arguments: arguments.rest.isEmpty ? file.strings("args") ?? [] : arguments.rest,
            runConfig: file.values["params"]?.objectValue ?? [:], environment: file.stringMap("env") ?? [:],
            resourceArguments: try resourceArguments(plugin), variables: file.values["set_vars"]?.objectValue ?? [:])
        for (path, value) in (file.values["set"]?.objectValue ?? [:]).sorted(by: { $0.key < $1.key }) {
            overrides.settings.append(Overrides.Setting(path: try self.path(path), value: value))
        }
        var numerals = numerals
        for (key, text) in try arguments.pairs("param") {
            let value = try typed("param", key, text)
            overrides.runConfig[key] = value
            numerals[key] = Numeral.kept(TypedText.trimmed(text), of: value)
        }
        overrides.numerals = numerals.isEmpty ? nil : numerals
        for (key, value) in try arguments.pairs("env") { overrides.environment[key] = value }
        for (key, text) in try arguments.pairs("set") {
            let path = try path(key)
            let value = plugin.keepingNumeral(try typed("set", key, text), typedAs: text, at: path)
            overrides.settings.append(Overrides.Setting(path: path, value: value))
        }
        for (key, value) in try arguments.pairs("set-var") { overrides.variables[key] = .string(value) }
        return overrides
    }

    private func path(_ text: String) throws -> FieldPath {
        guard !FieldPath.isTooDeep(text) else {
            throw context.arguments.usageError(
                "\(Wording.quoted(text)) has more than \(FieldPath.depthLimit) levels, the limit of a path")
        }
        guard let path = FieldPath(parsing: text) else {
            throw context.arguments.usageError(
                "\(Wording.quoted(text)) is not a path; write it like ResourceConfig.InstanceCount or Tags[0].Key")
        }
        return path
    }

    private func entryPoint() throws -> [String]? {
        guard let text = context.arguments.string("entry-point") else {
            if let words = file.strings("entry_point") { return words }
            return try file.string("entry_point").map { text in
                let words: [String]
                do throws(CommandWords.Fault) { words = try CommandWords.split(text) } catch {
                    throw LaunchError(
                        .invalid, "entry_point \(Wording.quoted(text)) \(error.description).",
                        hint: "Close the quote, or write a list: [python3, train.py].")
                }
                guard !words.isEmpty else {
                    throw LaunchError(
                        .invalid, "entry_point \(Wording.quoted(text)) has no word.",
                        hint: "Name a program, or leave the key out.")
                }
                return words
            }
        }
        let label = context.arguments.label("entry-point")
        let words: [String]
        if TypedText.isList(text) {
            do throws(TypedText.Fault) { words = try TypedText.words(ofList: text) } catch {
                throw context.arguments.usageError("\(label) \(error.message); \(error.hint)")
            }
        } else {
            do throws(CommandWords.Fault) { words = try CommandWords.split(text) } catch {
                throw context.arguments.usageError("\(label) \(error.description): \(Wording.quoted(text))")
            }
        }
        guard !words.isEmpty else {
            throw context.arguments.usageError(
                "\(label) has no word: \(Wording.quoted(text)); name a program, or leave the option out")
        }
        return words
    }

    private func resourceArguments(_ plugin: RunnerPlugin) throws -> JSONValue? {
        guard let text = context.arguments.string("resource-args") else { return file.values["resource_args"] }
        let isInline = text.drop(while: \.isWhitespace).first == "{"
        let document =
            try isInline
            ? Document(text: text, name: "--resource-args", kind: .invalid) : Document(reading: text, kind: .invalid)
        let problems = document.problems.filter { $0.severity == .error }
        guard problems.isEmpty else {
            throw LaunchError(.invalid, "\(document.name) cannot be read.", diagnostics: problems)
        }
        guard let entries = document.root.entries else {
            throw LaunchError(.invalid, "\(document.name) must be a mapping of keys.")
        }
        return ConfigNode(.mapping(entries.map(plugin.keepingNumerals))).jsonValue
    }

    private func typed(_ option: String, _ key: String, _ text: String) throws -> JSONValue {
        do throws(TypedText.Fault) { return try TypedText.value(of: text) } catch {
            throw context.arguments.usageError(
                "\(context.arguments.label(option)) \(key): \(Wording.quoted(text)) \(error.message); \(error.hint)")
        }
    }
}
