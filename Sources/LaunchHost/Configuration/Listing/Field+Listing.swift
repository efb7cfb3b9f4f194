extension Field {
    /// A field and its path. The fields of a block follow it as `block.key`, those of blocks in a list as
    /// `block[].key`, and those of blocks in a mapping as `block.NAME.key`.
    public struct Row: Sendable {
        /// The key with its parent keys.
        public var path: String
        /// The field.
        public var field: Field
    }

    /// The fields with all their nested fields, in order.
    public static func rows(_ fields: [Field], below path: String = "") -> [Row] {
        fields.flatMap { field -> [Row] in
            let row = Row(path: path + field.name, field: field)
            switch field.kind {
            case .object(let inner): return [row] + rows(inner, below: "\(row.path).")
            case .list(.object(let inner)): return [row] + rows(inner, below: "\(row.path)[].")
            // A word can be written instead of a block.
            case .either: return [row] + rows(field.kind.blocks, below: "\(row.path).")
            // A mapping has one block for each name that the user chooses.
            case .map(let value): return [row] + rows(value.blocks, below: "\(row.path).NAME.")
            default: return [row]
            }
        }
    }

    /// The value of an absent key: `required`, a default, or empty.
    public var standard: String {
        required ? "required" : defaultValue.flatMap { try? JSON.canonical($0) } ?? ""
    }

    /// The field in JSON: `value`, `required`, `default`, `help`, `example`.
    var summary: [String: JSONValue] {
        var members: [String: JSONValue] = [
            "value": .string(kind.words), "required": .bool(required), "help": .string(help),
        ]
        members["default"] = defaultValue
        members["example"] = example.map { .string($0) }
        return members
    }
}

extension Field.Kind {
    /// The fields of its direct blocks, not of blocks in a list or a mapping.
    fileprivate var blocks: [Field] {
        switch self {
        case .object(let fields): fields
        case .either(let kinds): kinds.flatMap(\.blocks)
        default: []
        }
    }
}

extension PluginCatalog.Declaration {
    /// The declaration in JSON.
    /// - Parameter whole: whether to include the keys, the examples and, for a runner, the template.
    public func json(whole: Bool) -> JSONValue {
        var members: [String: JSONValue] = [
            "role": .string(role.rawValue), "type": .string(type), "summary": .string(summary),
            "contract": .integer(Int64(contract)),
        ]
        if whole {
            members["capabilities"] = capabilitiesJSON
            members["fields"] = Self.list(fields)
            members["examples"] = .array(examples.map { .string($0) })
            members["template"] = template.map { Self.list($0) }
            members["ownKeys"] = ownKeys.map { Self.list($0) }
            members["defaultTemplate"] = defaultTemplate.map { .string($0) }
        }
        return .object(members)
    }

    private static func list(_ fields: [Field]) -> JSONValue {
        .array(
            Field.rows(fields).map { row in
                .object(row.field.summary.merging(["key": .string(row.path)]) { $1 })
            })
    }
}
