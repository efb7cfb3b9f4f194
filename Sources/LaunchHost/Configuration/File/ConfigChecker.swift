/// Creates a `LaunchConfig` from a document, and reports all problems of the document at once.
enum ConfigChecker {
    /// The configuration, as far as it can be read, and all diagnostics in the order of their positions.
    package static func check(
        _ document: Document, catalog: PluginCatalog
    ) -> (config: LaunchConfig, diagnostics: [Diagnostic]) {
        var diagnostics = document.problems
        let known = KnownKeys(catalog)
        let runner = document.root.entry(Role.runner.rawValue)?.value.entry("type")?.value.jsonValue.stringValue
            .flatMap { known.declaration(.runner, $0)?.type }
        var decoder = SchemaDecoder(document: document) { key, owner in
            known.advice(key, in: owner, role: nil, runner: runner)
        }
        let root = document.root.entries == nil ? ConfigNode.empty() : document.root
        if document.root.entries == nil {
            decoder.note(
                "the file must be a mapping of keys such as \"queues:\"; found \(document.root.words)",
                at: document.root.mark, path: FieldPath())
        }
        let options = decoder.decode(
            root, fields: LaunchConfig.fields, in: .top,
            ignoring: Set(Role.allCases.map(\.rawValue) + [LaunchConfig.runnersKey]))
        checkQueues(root, &decoder)
        let telemetry = TelemetrySettings.read(
            options.values[LaunchConfig.telemetryKey], root.entry(LaunchConfig.telemetryKey)?.value, &decoder)
        var store = StoreReader(
            root.entry(LaunchConfig.storeKey)?.value, options.values[LaunchConfig.storeKey]?.objectValue, known,
            environment: root.entry(Role.environment.rawValue)?.value.entry("type")?.value.jsonValue.stringValue)
        let settings = store.read(&decoder)
        var hooks = HookReader()
        hooks.read(options.values["hooks"]?.arrayValue ?? [], document, &decoder)
        diagnostics += decoder.diagnostics

        func block(_ role: Role) -> LaunchConfig.Block? {
            var reader = BlockReader(role: role, known: known, document: document)
            let block = reader.read(root.entry(role.rawValue))
            diagnostics += reader.diagnostics
            return block
        }
        var config = config(options, document: document, block: block)
        config.store = settings
        config.telemetry = telemetry
        config.hooks = hooks.hooks
        config.hookURLs = options.strings("hook_urls") ?? []
        config.runners = runners(root, beside: config.runner, known, document, &diagnostics)
        diagnostics += HookBudgetCheck(config, known).warnings
        diagnostics = UnfilledPlaceholders(in: document, known).alone(of: diagnostics)
        return (config, DiagnosticRenderer.sorted(diagnostics))
    }

    /// The blocks of `runners`, one for each type.
    private static func runners(
        _ root: ConfigNode, beside runner: LaunchConfig.Block?, _ known: KnownKeys, _ document: Document,
        _ diagnostics: inout [Diagnostic]
    ) -> [LaunchConfig.Block] {
        let key = LaunchConfig.runnersKey
        guard let entry = root.entry(key), !entry.value.isNull else { return [] }
        let path = FieldPath().appending(key)
        guard let items = entry.value.items else {
            diagnostics.append(
                document.diagnostic(
                    .error, "\"\(key)\" must be a list of blocks; found \(entry.value.words)",
                    hint: "write runners: [{type: \(known.types(.runner).first ?? "...")}]", at: entry.value.mark,
                    path: path))
            return []
        }
        var blocks: [LaunchConfig.Block] = []
        for (index, item) in items.prefix(100).enumerated() {
            let place = path.appending(index: index)
            var reader = BlockReader(role: .runner, at: place, known: known, document: document)
            let block = reader.block(item, keyMark: item.mark)
            diagnostics += reader.diagnostics
            guard let block else { continue }
            if let first = ([runner].compactMap(\.self) + blocks).first(where: { $0.type == block.type }) {
                diagnostics.append(
                    document.diagnostic(
                        .error, "the runner \(Wording.quoted(block.type)) has two blocks; the first is \(first.path)",
                        hint: "keep one of them", at: item.mark, path: place))
                continue
            }
            blocks.append(block)
        }
        return blocks
    }

    /// The configuration without a file.
    static func defaults(catalog: PluginCatalog) -> LaunchConfig {
        let known = KnownKeys(catalog)
        let options = SchemaDecoder.decode(.object([:]), fields: LaunchConfig.fields, in: .top).options
        return config(options, document: nil) { role in
            var reader = BlockReader(role: role, known: known, document: nil)
            return reader.read(nil)
        }
    }

    private static func config(
        _ options: Options, document: Document?, block: (Role) -> LaunchConfig.Block?
    ) -> LaunchConfig {
        let none = LaunchConfig.Block(type: "", options: Options(), path: FieldPath())
        let jobs = options.integer("max_jobs") ?? 1
        var config = LaunchConfig(
            maxJobs: jobs == -1 ? nil : Int(clamping: jobs), queues: options.strings("queues") ?? [],
            entity: options.string("entity"),
            limits: SizeLimits(
                sourceBytes: options.integer("source_size_limit") ?? SizeLimits.standard.sourceBytes,
                logBytes: options.integer("log_size_limit") ?? SizeLimits.standard.logBytes),
            environment: block(.environment) ?? none, registry: block(.registry) ?? none,
            builder: block(.builder) ?? none, runner: block(.runner), document: document)
        config.sandbox = options.string("sandbox") != "off"
        return config
    }

    private static func checkQueues(_ root: ConfigNode, _ decoder: inout SchemaDecoder) {
        guard let entry = root.entry("queues"), let items = entry.value.items else { return }
        let path = FieldPath().appending("queues")
        if items.isEmpty {
            decoder.note(
                "\"queues\" is empty", hint: "name at least one queue, or omit the key and name the queue with -q",
                at: entry.value.mark, path: path)
        }
        var first: [String: Mark] = [:]
        for (index, item) in items.enumerated() {
            guard !decoder.isFull, case .string(let name) = item.jsonValue else { continue }
            let place = path.appending(index: index)
            if name.allSatisfy(\.isWhitespace) {
                decoder.note("item \(index + 1) of \"queues\" is an empty name", at: item.mark, path: place)
            } else if let earlier = first[name] {
                decoder.note(
                    "the queue \(Wording.quoted(name)) is named twice; the first is at \(earlier)",
                    hint: "remove one of the two", at: item.mark, path: place)
            } else if let mark = item.mark {
                first[name] = mark
            }
        }
    }
}
