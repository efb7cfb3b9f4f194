/// The JSON Schema (draft 2020-12) of `launch-config.yaml`, for completion and checks in an editor.
///
/// It accepts what the decoder accepts, within the limits of JSON Schema. Only the decoder detects a queue that is
/// named twice, two blocks of one runner, a number that begins with a zero, and duplicate keys.
public enum JSONSchema {
    /// The schema of the file for the plugins of this program.
    public static func launchConfig(_ catalog: PluginCatalog) -> JSONValue {
        var properties: [String: JSONValue] = [:]
        for field in LaunchConfig.fields { properties[field.name] = property(field) }
        if case .object(var queues)? = properties["queues"] {
            queues["minItems"] = .integer(1)
            queues["uniqueItems"] = .bool(true)
            queues["items"] = .object(["type": .string("string"), "pattern": .string(#"\S"#)])
            properties["queues"] = .object(queues)
        }
        for role in Role.allCases {
            properties[role.rawValue] = block(role, catalog.declarations.filter { $0.role == role })
        }
        let runners = catalog.declarations.filter { $0.role == .runner }
        properties[LaunchConfig.runnersKey] = .object([
            "description": .string(LaunchConfig.runnersHelp),
            "type": orNull("array"),
            "items": .object(members(of: .runner, runners).merging(["type": .string("object")]) { $1 }),
        ])
        return .object([
            "$schema": .string("https://json-schema.org/draft/2020-12/schema"),
            "title": .string("launch-config.yaml"),
            "description": .string("The configuration of launch: the agent's settings and the four roles."),
            "type": orNull("object"),
            "additionalProperties": .bool(false),
            "properties": .object(properties),
        ])
    }

    /// The schema of one plugin's block or template, `type` not included.
    public static func object(_ fields: [Field]) -> JSONValue {
        .object(objectMembers(fields))
    }

    /// The schema of a role's block, which may be empty.
    private static func block(_ role: Role, _ declarations: [PluginCatalog.Declaration]) -> JSONValue {
        var schema = members(of: role, declarations)
        schema["description"] = .string(LaunchConfig.help(of: role))
        schema["type"] = orNull("object")
        // An empty block means the default. Any other block has a type.
        schema["required"] = nil
        schema["if"] = .object(["minProperties": .integer(1)])
        schema["then"] = .object(["required": .array([.string("type")])])
        if let standard = LaunchConfig.defaultType(of: role), declarations.contains(where: { $0.type == standard }) {
            schema["default"] = .object(["type": .string(standard)])
        }
        return .object(schema)
    }

    /// The schema of a block with a type.
    private static func members(
        of role: Role, _ declarations: [PluginCatalog.Declaration]
    ) -> [String: JSONValue] {
        let types = declarations.map { JSONValue.string($0.type) }
        let list = declarations.map { "\($0.type): \($0.summary)" }.joined(separator: "\n")
        let branches = declarations.map { declaration in
            JSONValue.object([
                "if": .object([
                    "properties": .object(["type": .object(["const": .string(declaration.type)])]),
                    "required": .array([.string("type")]),
                ]),
                "then": .object(branch(declaration, beside: declarations)),
            ])
        }
        return [
            "properties": .object([
                "type": .object(["enum": .array(types), "description": .string(list)])
            ]),
            "required": .array([.string("type")]),
            "allOf": .array(branches),
        ]
    }

    /// The schema of the block of one type; `all` are the types of its role.
    private static func branch(
        _ declaration: PluginCatalog.Declaration, beside all: [PluginCatalog.Declaration]
    ) -> [String: JSONValue] {
        var members = objectMembers(declaration.fields)
        members["type"] = nil
        guard case .object(var properties)? = members["properties"] else { return members }
        properties["type"] = .object(["const": .string(declaration.type), "description": .string(declaration.summary)])
        for address in all.filter({ $0.type != declaration.type }).compactMap(\.hints.address) {
            guard case .object(var property)? = properties[address.key] else { continue }
            property["not"] = .object(["pattern": .string(address.pattern)])
            properties[address.key] = .object(property)
        }
        members["properties"] = .object(properties)
        return members
    }

    private static func objectMembers(_ fields: [Field]) -> [String: JSONValue] {
        var members: [String: JSONValue] = [
            "type": .string("object"),
            "additionalProperties": .bool(false),
            "properties": .object(Dictionary(fields.map { ($0.name, property($0)) }, uniquingKeysWith: { $1 })),
        ]
        let required = fields.filter(\.required).map { JSONValue.string($0.name) }
        if !required.isEmpty { members["required"] = .array(required) }
        return members
    }

    private static func property(_ field: Field) -> JSONValue {
        var schema = kind(field.kind)
        if !field.required { schema = nullable(schema) }
        schema["description"] = .string(field.help)
        if let standard = field.defaultValue { schema["default"] = standard }
        return .object(schema)
    }

    private static func kind(_ kind: Field.Kind) -> [String: JSONValue] {
        switch kind {
        case .string, .file: return ["type": .string("string")]
        case .secret: return ["type": .string("string"), "writeOnly": .bool(true)]
        case .choice(let words): return ["enum": .array(words.map { .string($0) })]
        case .integer(let range):
            var schema: [String: JSONValue] = ["type": .string("integer")]
            if range.lowerBound > .min { schema["minimum"] = .integer(range.lowerBound) }
            if range.upperBound < .max { schema["maximum"] = .integer(range.upperBound) }
            return schema
        case .number(let range):
            var schema: [String: JSONValue] = ["type": .string("number")]
            if range.lowerBound > -.greatestFiniteMagnitude { schema["minimum"] = .shortest(range.lowerBound) }
            if range.upperBound < .greatestFiniteMagnitude { schema["maximum"] = .shortest(range.upperBound) }
            return schema
        case .boolean: return ["type": .string("boolean")]
        case .duration: return measure(pattern: "^(\(Self.number)|(\(Self.number)\\s*(ms|[smhd]))+)$")
        case .bytes: return measure(pattern: "^\(Self.number)\\s*([kmgtpeKMGTPE]([iI]?[bB])?|[bB])?$")
        case .list(let item): return ["type": .string("array"), "items": .object(Self.kind(item))]
        case .map(let value):
            return ["type": .string("object"), "additionalProperties": .object(Self.kind(value))]
        case .object(let fields): return objectMembers(fields)
        case .either(let kinds): return ["anyOf": .array(kinds.map { .object(Self.kind($0)) })]
        case .any: return [:]
        }
    }

    private static let number = #"([0-9]+(\.[0-9]+)?|\.[0-9]+)"#

    private static func measure(pattern: String) -> [String: JSONValue] {
        [
            "anyOf": .array([
                .object(["type": .string("integer"), "minimum": .integer(0)]),
                .object(["type": .string("string"), "pattern": .string(pattern)]),
            ])
        ]
    }

    /// The schema, extended by null: an optional key may have no value.
    private static func nullable(_ schema: [String: JSONValue]) -> [String: JSONValue] {
        var schema = schema
        if case .string(let type)? = schema["type"] {
            schema["type"] = orNull(type)
        } else if case .array(let values)? = schema["enum"] {
            schema["enum"] = .array(values + [.null])
        } else if case .array(let schemas)? = schema["anyOf"] {
            schema["anyOf"] = .array(schemas + [.object(["type": .string("null")])])
        }
        return schema
    }

    private static func orNull(_ type: String) -> JSONValue {
        .array([.string(type), .string("null")])
    }
}
