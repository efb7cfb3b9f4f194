internal import LaunchConfiguration
internal import LaunchPluginKit

/// The cases for the declaration of a plugin of any role.
struct Declarations: Sendable {
    /// A catalog with only this plugin. The host's own code reads the declaration through it.
    private let catalog: PluginCatalog
    private let hasPath: (@Sendable (FieldPath) -> Bool)?

    init(_ plugin: Plugin<any Environment>) {
        self.init(PluginCatalog(environments: [plugin], registries: [], builders: [], runners: []))
    }

    init(_ plugin: Plugin<any Registry>) {
        self.init(PluginCatalog(environments: [], registries: [plugin], builders: [], runners: []))
    }

    init(_ plugin: Plugin<any Builder>) {
        self.init(PluginCatalog(environments: [], registries: [], builders: [plugin], runners: []))
    }

    init(_ plugin: RunnerPlugin, hasPath: (@Sendable (FieldPath) -> Bool)?) {
        self.init(PluginCatalog(environments: [], registries: [], builders: [], runners: [plugin]), hasPath)
    }

    private init(_ catalog: PluginCatalog, _ hasPath: (@Sendable (FieldPath) -> Bool)? = nil) {
        self.catalog = catalog
        self.hasPath = hasPath
    }

    func run(in kit: Kit) async {
        for declaration in catalog.declarations {
            let blocks = Self.blocks(of: declaration)
            await kit.check(.names) { try names(declaration) }
            await kit.check(.fields) {
                for block in blocks { try fields(block) }
                try archiveField(declaration)
            }
            await kit.check(.uniqueNames) { for block in blocks { try uniqueNames(block) } }
            await kit.check(.defaults) { for block in blocks { try each(block, defaultFits) } }
            await kit.check(.requiredFields) {
                for block in blocks {
                    try each(block) { path, field in
                        try require(
                            !field.required || field.defaultValue == nil, "'\(path)' is required and has a default")
                    }
                }
            }
            await kit.check(.fieldExamples) { for block in blocks { try each(block, exampleFits) } }
            await kit.check(.examples) { try examples(declaration) }
        }
        for runner in catalog.runners {
            await kit.check(.template) {
                do throws(LaunchError) {
                    _ = try QueueFile(
                        Document(text: runner.defaultTemplate, name: "the default template", kind: .invalid),
                        runner: runner)
                } catch {
                    throw Broken(Self.words(error))
                }
            }
            await kit.check(.paths) { try paths(runner) }
        }
    }

    // MARK: fields

    private func archiveField(_ declaration: PluginCatalog.Declaration) throws {
        guard let name = declaration.capabilities.archiveField else { return }
        guard case .boolean? = declaration.fields.first(where: { $0.name == name })?.kind else {
            throw Broken("'archiveField' names '\(name)', which is not a Boolean field")
        }
    }

    /// Fields that are keys of one mapping, with its path.
    private struct Block {
        var path: String
        var fields: [Field]
        var hasType = false
    }

    private static func blocks(of declaration: PluginCatalog.Declaration) -> [Block] {
        let template = declaration.template ?? declaration.ownKeys ?? []
        return nested(Block(path: "", fields: declaration.fields, hasType: true))
            + nested(Block(path: "template", fields: template))
    }

    /// The block, and those inside of its fields.
    private static func nested(_ block: Block) -> [Block] {
        [block]
            + block.fields.flatMap { field in
                objects(in: field.kind).flatMap {
                    nested(Block(path: join(block.path, field.name), fields: $0))
                }
            }
    }

    private static func objects(in kind: Field.Kind) -> [[Field]] {
        switch kind {
        case .object(let fields): [fields]
        case .list(let kind), .map(let kind): objects(in: kind)
        case .either(let kinds): kinds.flatMap { objects(in: $0) }
        default: []
        }
    }

    private static func join(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    private func each(_ block: Block, _ body: (String, Field) throws -> Void) throws {
        for field in block.fields { try body(Self.join(block.path, field.name), field) }
    }

    private func names(_ declaration: PluginCatalog.Declaration) throws {
        try require(declaration.type.wholeMatch(of: /[a-z][a-z0-9-]*/) != nil, "the type is '\(declaration.type)'")
        let contracts = PluginCatalog.contracts
        try require(
            contracts.contains(declaration.contract),
            "the contract is \(declaration.contract), and this version of launch has \(contracts)")
        try require(!declaration.summary.isEmpty, "there is no summary")
        try require(!declaration.examples.isEmpty, "there is no example")
    }

    private func fields(_ block: Block) throws {
        try each(block) { path, field in
            try require(!field.help.isEmpty, "'\(path)' has no help")
            try require(field.name.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil, "'\(path)' is not in snake_case")
            try require(Self.acceptsValues(field.kind), "'\(path)' accepts no value")
        }
    }

    private static func acceptsValues(_ kind: Field.Kind) -> Bool {
        switch kind {
        case .choice(let words): !words.isEmpty && Set(words).count == words.count
        case .list(let kind), .map(let kind): acceptsValues(kind)
        case .either(let kinds): !kinds.isEmpty && kinds.allSatisfy { acceptsValues($0) }
        default: true
        }
    }

    private func uniqueNames(_ block: Block) throws {
        var seen: Set<String> = []
        try each(block) { path, field in
            try require(seen.insert(field.name).inserted, "two fields have the name '\(path)'")
            try require(!block.hasType || field.name != "type", "a field has the name 'type', which selects the plugin")
        }
    }

    private func defaultFits(_ path: String, _ field: Field) throws {
        guard let value = field.defaultValue else { return }
        do throws(LaunchError) {
            try fits(ConfigNode(value), field, "the default of '\(path)'")
        } catch {
            throw Broken(Self.words(error))
        }
    }

    private func exampleFits(_ path: String, _ field: Field) throws {
        guard let example = field.example else { return }
        do throws(LaunchError) {
            let document = try Document(text: "\(field.name): \(example)\n", name: "the example")
            guard let node = document.root.entry(field.name)?.value, !node.isNull else {
                throw LaunchError(.invalid, "it is empty.")
            }
            try fits(node, field, "the example of '\(path)'")
        } catch {
            throw Broken("the example of '\(path)', '\(example)', is not valid: \(Self.words(error))")
        }
    }

    /// Throws if the host would not accept the value for the field.
    private func fits(_ node: ConfigNode, _ field: Field, _ what: String) throws(LaunchError) {
        var alone = field
        alone.required = false
        alone.defaultValue = nil
        var decoder = SchemaDecoder(document: nil)
        let entry = ConfigNode(.mapping([ConfigNode.Entry(field.name, node)]))
        _ = decoder.decode(entry, fields: [alone], in: .init("the block"))
        let errors = decoder.diagnostics.filter { $0.severity == .error }
        guard errors.isEmpty else {
            throw LaunchError(.invalid, "\(what) is not valid.", diagnostics: errors)
        }
    }

    // MARK: examples and templates

    private func examples(_ declaration: PluginCatalog.Declaration) throws {
        for example in declaration.examples {
            try read(declaration.configText(ofExample: example))
        }
        let wrong = "\(declaration.role.rawValue): {type: \(declaration.type), no_such_key: 1}"
        let isRefused = (try? read(wrong)) == nil
        try require(isRefused, "'\(wrong)' is accepted")
    }

    private func read(_ text: String) throws {
        do throws(LaunchError) {
            _ = try LaunchConfig(Document(text: text, name: "example"), catalog: catalog)
        } catch {
            throw Broken("\(Self.words(error)) in: \(text)")
        }
    }

    private static func words(_ error: LaunchError) -> String {
        ([error.message] + error.diagnostics.map(\.message)).joined(separator: " ")
    }

    private func paths(_ runner: RunnerPlugin) throws {
        let paths = runner.optionPaths
        let named: [(String, FieldPath?)] = [
            ("entryPoint", paths.entryPoint), ("arguments", paths.arguments), ("environment", paths.environment),
            ("runConfig", paths.runConfig), ("image", paths.image), ("algorithm", paths.algorithm),
        ]
        let all =
            runner.protectedPaths.map { ("'protectedPaths'", $0) }
            + named.compactMap { name, path in path.map { ("'optionPaths.\(name)'", $0) } }
            + runner.keyedLists.keys.map { ("'keyedLists'", $0) }
        guard !all.isEmpty else { return }
        let own = runner.template ?? runner.ownKeys
        for (source, path) in all {
            if Self.has(path.steps[...], in: .object(own)) { continue }
            guard runner.template == nil else {
                throw Broken("\(source) has '\(path)', and the template has no such field")
            }
            guard let hasPath else {
                throw NotChecked(
                    why: "the runner declares no template, and the fixture has no 'hasPath'", needs: [.hasPath])
            }
            try require(hasPath(path), "\(source) has '\(path)', and the backend's template has no such path")
            try require(
                runner.spelling(path) == path, "\(source) has '\(path)', which is not the backend's spelling")
        }
        for (path, key) in runner.keyedLists where runner.template != nil {
            try require(
                Self.has(path.steps + [.item(0), .member(key)], in: .object(own)),
                "'keyedLists' identifies the items of '\(path)' by '\(key)', which they do not have")
        }
    }

    private static func has(_ steps: ArraySlice<FieldPath.Step>, in kind: Field.Kind) -> Bool {
        guard let step = steps.first else { return true }
        let rest = steps.dropFirst()
        switch (kind, step) {
        case (.object(let fields), .member(let name)):
            return fields.contains { $0.name == name && has(rest, in: $0.kind) }
        case (.map(let kind), .member), (.list(let kind), .item): return has(rest, in: kind)
        case (.either(let kinds), _): return kinds.contains { has(steps, in: $0) }
        case (.any, _): return true
        default: return false
        }
    }

    private static func has(_ steps: [FieldPath.Step], in kind: Field.Kind) -> Bool { has(steps[...], in: kind) }
}
