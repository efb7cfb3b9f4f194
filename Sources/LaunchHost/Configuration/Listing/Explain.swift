/// The explanation of a key of `launch-config.yaml` or of a queue's file, for `launch config explain KEY`.
public enum Explain {
    /// Explains `max_jobs`, `builder`, `builder.platform`, `registry.type`, or every occurrence of a key's bare name.
    /// - Throws: `LaunchError` of kind `.usage` for a key that does not exist, with the most similar key.
    public static func key(_ key: String, catalog: PluginCatalog) throws(LaunchError) -> String {
        let found = try found(key, catalog)
        return found.map(\.path).uniqued.map { path in
            let same = found.filter { $0.path == path }
            return same.first.map { text($0, same) } ?? ""
        }.joined(separator: "\n\n")
    }

    /// The explanation as JSON: a list with one object for each meaning of the key. Its members are `key`, `type` if
    /// only blocks of this type have the key, `value`, `required`, `default`, `help` and `example`.
    /// - Throws: the errors of `key(_:catalog:)`.
    public static func json(_ key: String, catalog: PluginCatalog) throws(LaunchError) -> JSONValue {
        .array(
            try found(key, catalog).map { entry in
                var members = entry.field.summary
                members["key"] = .string(entry.path)
                members["type"] = entry.type.map { .string($0) }
                return .object(members)
            })
    }

    private static func found(_ key: String, _ catalog: PluginCatalog) throws(LaunchError) -> [Entry] {
        let entries = entries(catalog)
        let found = entries.filter { $0.path == key }
        if !found.isEmpty { return found }
        let bare = entries.filter { $0.path.split(separator: ".").last.map(String.init) == key && key != "type" }
        if !bare.isEmpty { return bare }
        let paths = entries.map(\.path).uniqued
        let names = paths + paths.compactMap { $0.split(separator: ".").last.map(String.init) }
        let top = LaunchConfig.fields.map(\.name) + Role.allCases.map(\.rawValue) + [LaunchConfig.runnersKey]
        throw LaunchError(
            .usage,
            "the key \(Wording.quoted(key)) does not exist in launch-config.yaml or a queue's file"
                + SchemaDecoder.question(key, names),
            hint: "keys of the top level: \(top.joined(separator: ", "))")
    }

    /// All keys that can be explained, for shell completion.
    public static func keys(_ catalog: PluginCatalog) -> [String] {
        entries(catalog).map(\.path).uniqued
    }

    private struct Entry {
        package var path: String
        var field: Field
        var type: String?
    }

    private static func entries(_ catalog: PluginCatalog) -> [Entry] {
        var entries: [Entry] = []
        for field in LaunchConfig.fields {
            entries.append(Entry(path: field.name, field: field, type: nil))
            for inner in field.kind.ownFields { entries += nested(inner, below: field.name, type: nil) }
        }
        // The keys of a queue's file. No block of launch-config.yaml contains them.
        for field in QueueFile.fields { entries += nested(field, below: "queue", type: nil) }
        entries.append(
            Entry(
                path: LaunchConfig.runnersKey,
                field: Field(
                    LaunchConfig.runnersKey, .list(.object([])),
                    example: "[\(catalog.runners.prefix(2).map { "{type: \($0.base.type)}" }.joined(separator: ", "))]",
                    help: LaunchConfig.runnersHelp), type: nil))
        for role in Role.allCases {
            let declarations = catalog.declarations.filter { $0.role == role }
            let types = declarations.map(\.type)
            let standard = LaunchConfig.defaultType(of: role).map { "{type: \($0)}" }
            entries.append(
                Entry(
                    path: role.rawValue,
                    field: Field(
                        role.rawValue, .object([]), example: declarations.first?.examples.first,
                        help: LaunchConfig.help(of: role)), type: nil))
            let list = declarations.map { "  \($0.type): \($0.summary)" }.joined(separator: "\n")
            entries.append(
                Entry(
                    path: "\(role.rawValue).type",
                    field: Field(
                        "type", .choice(types), required: true,
                        help: "Which \(role.rawValue) is used"
                            + (standard.map { "; without the block it is \($0)" } ?? "") + ".\n" + list), type: nil))
            for declaration in declarations {
                for field in declaration.fields {
                    entries += nested(field, below: role.rawValue, type: declaration.type)
                }
            }
        }
        return entries
    }

    private static func nested(_ field: Field, below path: String, type: String?) -> [Entry] {
        let place = "\(path).\(field.name)"
        var entries = [Entry(path: place, field: field, type: type)]
        for field in field.kind.ownFields { entries += nested(field, below: place, type: type) }
        return entries
    }

    private static func text(_ first: Entry, _ all: [Entry]) -> String {
        // Several types may have a key of this name with different meanings.
        var blocks: [(body: String, types: [String])] = []
        for entry in all {
            let body = body(entry.field)
            if let index = blocks.firstIndex(where: { $0.body == body }) {
                blocks[index].types += [entry.type].compactMap { $0 }
            } else {
                blocks.append((body, [entry.type].compactMap { $0 }))
            }
        }
        return blocks.map { block in
            let types = block.types.isEmpty ? "" : " (type: \(block.types.joined(separator: ", ")))"
            return "\(first.path)\(types)\n\(block.body)"
        }.joined(separator: "\n\n")
    }

    private static func body(_ field: Field) -> String {
        var lines = field.help.split(separator: "\n").map { "  \($0)" }
        lines.append("  value:    \(field.kind.words)")
        let keys = field.kind.ownFields.map { $0.required ? "\($0.name) (required)" : $0.name }
        if !keys.isEmpty { lines.append("  keys:     \(keys.joined(separator: ", "))") }
        if field.required {
            lines.append("  required")
        } else if let standard = field.defaultValue {
            lines.append("  default:  \((try? JSON.canonical(standard)) ?? "")")
        } else {
            lines.append("  optional")
        }
        if let example = field.example {
            let parts = example.split(separator: "\n")
            if parts.count > 1 {
                lines.append("  example:")
                lines += parts.map { "    \($0)" }
            } else {
                lines.append("  example:  \(example)")
            }
        }
        return lines.joined(separator: "\n")
    }
}

extension Field.Kind {
    /// The fields of a block, including a block that a word may replace, and the blocks of a list.
    fileprivate var ownFields: [Field] {
        switch self {
        case .object(let fields): fields
        case .either(let kinds): kinds.flatMap(\.ownFields)
        case .list(let kind): kind.ownFields
        default: []
        }
    }
}
