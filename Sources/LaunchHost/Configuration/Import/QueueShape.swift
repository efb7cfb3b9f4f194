/// The parts of a queue's configuration, from any of the shapes in which W&B shows it.
struct QueueShape {
    /// A key that is left out.
    struct Dropped {
        var message: String
        var hint: String?
        var mark: Mark?
    }

    private(set) var name: String?
    private(set) var type: String?
    private(set) var typeMark: Mark?
    private(set) var template: [ConfigNode.Entry] = []
    private(set) var variables: [ConfigNode.Entry] = []
    private(set) var dropped: [Dropped] = []

    /// The keys of the object of W&B's API beside the configuration, and what is here instead.
    private static let objectKeys: [String: String] = [
        "prioritization_mode": "every queue has priorities: launch submit --priority",
        "prioritizationMode": "every queue has priorities: launch submit --priority",
        "access": "the key 'owners' and the roles of a shared store say who may do what",
        "external_links": "write links into comments", "externalLinks": "write links into comments",
        "entity": "a queue belongs to the store that it is in",
        "entity_name": "a queue belongs to the store that it is in",
        "project": "a run names its project when it is submitted, with -p", "id": "the name of a queue identifies it",
        "createdBy": "the store records changes", "created_by": "the store records changes",
        "createdAt": "the store records changes", "updatedAt": "the store records changes",
    ]

    init(_ root: ConfigNode) {
        let isObject = ["config", "defaultResourceConfig", "resource_args"].contains { root.entry($0) != nil }
        guard isObject else {
            sort(root.entries ?? [])
            return
        }
        for entry in root.entries ?? [] where !entry.value.isNull {
            switch entry.key {
            case "name", "queue": name = entry.value.jsonValue.stringValue
            case "type", "resource": (type, typeMark) = (entry.value.jsonValue.stringValue, entry.value.mark)
            case "config", "defaultResourceConfig", "resource_args": sort(Self.opened(entry).entries ?? [])
            case "template_variables", "templateVariables": take(entry.value)
            default:
                let hint = Self.objectKeys[entry.key]
                dropped.append(
                    Dropped(
                        message: "\(Wording.quoted(entry.key)) is not a part of a queue's file, and is left out",
                        hint: hint, mark: entry.keyMark))
            }
        }
    }

    /// The value, which the API gives as JSON in a text. Its values have the position of the text.
    private static func opened(_ entry: ConfigNode.Entry) -> ConfigNode {
        guard let text = entry.value.jsonValue.stringValue, let document = try? Document(text: text, name: "config"),
            document.problems.isEmpty
        else { return entry.value }
        return marked(document.root, entry.value.mark)
    }

    /// The node with one position for all its values.
    static func marked(_ node: ConfigNode, _ mark: Mark?) -> ConfigNode {
        var node = node
        node.mark = mark
        switch node.content {
        case .scalar: break
        case .sequence(let items): node.content = .sequence(items.map { marked($0, mark) })
        case .mapping(let entries):
            node.content = .mapping(entries.map { ConfigNode.Entry($0.key, at: mark, marked($0.value, mark)) })
        }
        return node
    }

    /// The members of the configuration: variables, and the template or what is around it.
    private mutating func sort(_ entries: [ConfigNode.Entry]) {
        for entry in entries {
            switch entry.key {
            case "template_variables", "templateVariables": take(entry.value)
            case "resource_args": sort(entry.value.entries ?? [])
            // The keys of a file of this program.
            case "queue" where entry.value.jsonValue.stringValue != nil: name = entry.value.jsonValue.stringValue
            case "resource" where entry.value.jsonValue.stringValue != nil:
                (type, typeMark) = (entry.value.jsonValue.stringValue, entry.value.mark)
            default: template.append(entry)
            }
        }
    }

    /// The variables as a mapping of names, or as the list of the API, whose schemas are JSON in a text.
    private mutating func take(_ node: ConfigNode) {
        for item in node.items ?? [] {
            guard let name = item.entry("name")?.value.jsonValue.stringValue, let schema = item.entry("schema") else {
                continue
            }
            variables.append(ConfigNode.Entry(name, at: item.mark, Self.opened(schema)))
        }
        for entry in node.entries ?? [] {
            var entry = entry
            if let schema = entry.value.entry("schema") { entry.value = Self.opened(schema) }
            variables.append(entry)
        }
    }

    /// Takes the template out of a mapping whose only key is the name of a resource.
    mutating func unwrap(_ known: [String]) {
        guard template.count == 1, let only = template.first, let inner = only.value.entries else { return }
        let isType = known.contains(only.key) || LegacyKeys.type(only.key, role: .runner, known: known) != nil
        guard isType || only.key == type else { return }
        if type == nil { (type, typeMark) = (only.key, only.keyMark) }
        template = inner
    }
}
