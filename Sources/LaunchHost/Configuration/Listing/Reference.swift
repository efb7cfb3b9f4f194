/// The reference tables of the documentation, in Markdown.
public enum Reference {
    /// The reference of `launch-config.yaml`: the top level, each role with its types, and the keys of a queue.
    public static func markdown(_ catalog: PluginCatalog) -> String {
        var parts = ["## The top level", table(LaunchConfig.fields)]
        for role in Role.allCases {
            parts.append("## `\(role.rawValue)`")
            parts.append(LaunchConfig.help(of: role))
            parts += catalog.declarations.filter { $0.role == role }.map { markdown($0) }
        }
        parts += [
            "## `runners`", LaunchConfig.runnersHelp,
            "Use it instead of `runner` if one agent serves queues of several resources.",
        ]
        parts += ["## A queue's file", "Keys of the queue itself, beside the template's:", table(QueueFile.fields)]
        return parts.joined(separator: "\n\n") + "\n"
    }

    /// The reference of one plugin: its summary, its keys, its examples, and the keys of a runner's template.
    public static func markdown(_ declaration: PluginCatalog.Declaration) -> String {
        var parts = ["### `type: \(declaration.type)`", declaration.summary]
        parts.append(declaration.fields.isEmpty ? "It has no keys besides `type`." : table(declaration.fields))
        let rows = declaration.capabilityRows.map { "| `\($0.name)` | \($0.value) | \(escaped($0.meaning)) |" }
        if !rows.isEmpty {
            parts.append((["| capability | value | meaning |", "| --- | --- | --- |"] + rows).joined(separator: "\n"))
        }
        parts += declaration.examples.map { fenced(declaration.configText(ofExample: $0)) }
        if let template = declaration.template {
            parts.append("Keys of a queue's template:")
            parts.append(table(template))
        }
        if let keys = declaration.ownKeys {
            parts.append("Keys of a queue's template beside the backend's own:")
            parts.append(table(keys))
        }
        if let template = declaration.defaultTemplate, !template.isEmpty {
            parts.append("The template of a queue that is created without a file:")
            parts.append(fenced(template))
        }
        return parts.joined(separator: "\n\n")
    }

    /// A table of fields; the fields of a block follow it as `block.key`.
    public static func table(_ fields: [Field]) -> String {
        let lines = Field.rows(fields).map { row -> String in
            let standard = row.field.defaultValue == nil || row.field.required ? "" : "`"
            let example = row.field.example.map { $0.contains("\n") ? "" : " Example: `\($0)`." } ?? ""
            let cells = [
                "`\(row.path)`", row.field.kind.words, standard + row.field.standard + standard,
                row.field.help + example,
            ]
            return "| " + cells.map { escaped($0) }.joined(separator: " | ") + " |"
        }
        return (["| key | value | default | meaning |", "| --- | --- | --- | --- |"] + lines).joined(separator: "\n")
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("|", with: "\\|").replacing("\n", with: " ")
    }

    private static func fenced(_ text: String) -> String {
        "```yaml\n\(text.hasSuffix("\n") ? String(text.dropLast()) : text)\n```"
    }
}

extension PluginCatalog.Declaration {
    /// A `launch-config.yaml` that consists of one of the examples: the block below the key of its role. An example
    /// that already has the role's key is used unchanged.
    public func configText(ofExample example: String) -> String {
        if example.hasPrefix("\(role.rawValue):") { return example }
        let lines = example.split(separator: "\n", omittingEmptySubsequences: false)
        return "\(role.rawValue):\n" + lines.map { $0.isEmpty ? "" : "  \($0)" }.joined(separator: "\n")
    }
}
