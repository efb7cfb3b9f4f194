/// Checks the template of a queue's file: its keys against the runner's fields, and all its placeholders.
struct TemplateChecker {
    var decoder: SchemaDecoder
    let runner: RunnerPlugin
    /// The names of the declared variables, including invalid ones.
    private let variables: [String]
    private var used: Set<String> = []

    /// - Parameters:
    ///   - declared: the names of all variables in the file.
    ///   - variables: those that are declared correctly.
    init(document: Document, runner: RunnerPlugin, declared: [String], variables: [TemplateVariable]) {
        self.runner = runner
        self.variables = declared
        let type = runner.base.type
        decoder = SchemaDecoder(document: document, acceptsPlaceholders: true) { key, owner in
            // The resource arguments of W&B contain the template below the name of the resource.
            key == type
                ? SchemaDecoder.KeyAdvice(
                    message: "the template is inside \"\(key)\"", hint: "remove the line and indent the rest less")
                : nil
        }
        decoder.variables = variables
    }

    /// Records the problems of the template below the root.
    package mutating func check(_ root: ConfigNode) {
        let reserved = QueueFile.reservedKeys
        if let fields = runner.template {
            _ = decoder.decode(
                root, fields: fields, in: .init("the template (resource: \(runner.base.type))"), ignoring: reserved)
        } else {
            checkReservedKeys(root)
            _ = decoder.decode(
                root, fields: runner.ownKeys, in: .init("the template (resource: \(runner.base.type))"),
                ignoring: Set(root.entries?.map(\.key) ?? []).subtracting(runner.ownKeys.map(\.name)))
            checkSpelling(of: root, at: FieldPath())
        }
        for entry in root.entries ?? [] where !reserved.contains(entry.key) {
            placeholders(inKey: entry, at: FieldPath().appending(entry.key))
            placeholders(in: entry.value, at: FieldPath().appending(entry.key))
        }
        for entry in root.entry("template_variables")?.value.entries ?? [] where !used.contains(entry.key) {
            decoder.note(
                "the template does not use the variable \(Wording.quoted(entry.key))",
                hint: "write \"{{\(entry.key)}}\" where its value belongs", at: entry.keyMark,
                path: FieldPath().appending("template_variables").appending(entry.key), severity: .warning)
        }
    }

    /// If the template accepts any key, a misspelt reserved key would be sent to the service.
    private mutating func checkReservedKeys(_ root: ConfigNode) {
        let reserved = QueueFile.reservedKeys.sorted()
        for entry in root.entries ?? [] where !reserved.contains(entry.key) && !decoder.isFull {
            guard let meant = SchemaDecoder.meant(entry.key, among: reserved) else { continue }
            decoder.note(
                "unknown key \(Wording.quoted(entry.key)); did you mean \"\(meant)\"?", at: entry.keyMark,
                path: FieldPath().appending(entry.key))
        }
    }

    /// If a key has two spellings in one mapping, it is undefined which one applies.
    private mutating func checkSpelling(of node: ConfigNode, at path: FieldPath) {
        for (index, item) in (node.items ?? []).enumerated() {
            checkSpelling(of: item, at: path.appending(index: index))
        }
        var seen: [FieldPath: String] = [:]
        for entry in node.entries ?? [] {
            let meant = runner.spelling(path.appending(entry.key))
            if let first = seen[meant] {
                decoder.note(
                    "\(Wording.quoted(entry.key)) and \(Wording.quoted(first)) are the same key",
                    hint: "keep one of them",
                    at: entry.keyMark, path: meant)
            }
            seen[meant] = entry.key
            checkSpelling(of: entry.value, at: meant)
        }
    }

    /// The rules of `retry`; nil if the file has none.
    mutating func retry(_ entry: ConfigNode.Entry?) -> RetryRules? {
        guard let entry, !entry.value.isNull else { return nil }
        let options = decoder.decode(entry.value, fields: RetryRules.fields, in: .init("retry"))
        return RetryRules(
            attempts: options.integer("attempts").map { Int($0) }, waitSeconds: options.number("wait"))
    }

    /// The paths of `allow_overrides`; nil if the file does not have the key.
    mutating func allowOverrides(_ entry: ConfigNode.Entry?) -> [FieldPath]? {
        guard let entry, !entry.value.isNull else { return nil }
        let path = FieldPath().appending("allow_overrides")
        guard let items = entry.value.items else {
            decoder.note(
                "\"allow_overrides\" must be a list of paths; found \(entry.value.words)",
                hint: "for example [ResourceConfig.InstanceType]", at: entry.value.mark, path: path)
            return nil
        }
        return items.enumerated().compactMap { index, item in
            let place = path.appending(index: index)
            guard case .string(let text) = item.jsonValue, let parsed = FieldPath(parsing: text) else {
                decoder.note(
                    "item \(index + 1) of \"allow_overrides\" must be a path; found \(item.words)",
                    hint: "for example ResourceConfig.InstanceType or Tags[0].Value", at: item.mark, path: place)
                return nil
            }
            if let keys = runner.template?.map(\.name), case .member(let first) = parsed.steps.first,
                !(keys + runner.optionPaths.words).contains(first)
            {
                let names = (keys + runner.optionPaths.words).uniqued
                decoder.note(
                    "the template (resource: \(runner.base.type)) has no key \(Wording.quoted(first))"
                        + SchemaDecoder.question(first, names),
                    hint: "keys: \(names.joined(separator: ", "))", at: item.mark, path: place)
            }
            return runner.spelling(parsed)
        }
    }

    private mutating func placeholders(in node: ConfigNode, at path: FieldPath) {
        switch node.content {
        case .sequence(let items):
            for (index, item) in items.enumerated() { placeholders(in: item, at: path.appending(index: index)) }
        case .mapping(let entries):
            for entry in entries {
                placeholders(inKey: entry, at: path.appending(entry.key))
                placeholders(in: entry.value, at: path.appending(entry.key))
            }
        case .scalar(let text, _):
            guard !decoder.isFull else { return }
            for piece in Placeholders.pieces(of: text) {
                switch piece {
                case .text: break
                case .macro(let name): macro(name, at: node.mark, path)
                case .variable(let name): variable(name, at: node.mark, path)
                }
            }
        }
    }

    private mutating func placeholders(inKey entry: ConfigNode.Entry, at path: FieldPath) {
        guard Placeholders.contains(entry.key) else { return }
        decoder.note(
            "the key \(Wording.quoted(entry.key)) holds a placeholder, and keys are not expanded",
            hint: "placeholders are allowed in values", at: entry.keyMark, path: path)
    }

    private mutating func macro(_ name: String, at mark: Mark?, _ path: FieldPath) {
        let known = Placeholders.macroNames
        guard !known.contains(name) else { return }
        let all = known.map { "${\($0)}" }.joined(separator: ", ")
        decoder.note(
            "unknown macro \(Wording.quoted("${\(name)}"))" + SchemaDecoder.question(name, known),
            hint: "macros: \(all); write $${ for a literal ${", at: mark, path: path)
    }

    private mutating func variable(_ name: String, at mark: Mark?, _ path: FieldPath) {
        used.insert(name)
        guard !variables.contains(name) else { return }
        let hint =
            variables.isEmpty
            ? "declare it: template_variables: {\(Wording.shortened(name)): {type: string}}"
            : "declared in template_variables: \(variables.joined(separator: ", "))"
        decoder.note(
            "the template variable \(Wording.quoted("{{\(name)}}")) is not declared"
                + SchemaDecoder.question(name, variables),
            hint: "\(hint); write \\{{ for a literal {{", at: mark, path: path)
    }
}
