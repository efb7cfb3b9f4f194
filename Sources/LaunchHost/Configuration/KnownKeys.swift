/// The place of each key of `launch-config.yaml`, to distinguish a misplaced key from a misspelt one.
struct KnownKeys: Sendable {
    private let declarations: [PluginCatalog.Declaration]

    init(_ catalog: PluginCatalog) {
        declarations = catalog.declarations
    }

    func types(_ role: Role) -> [String] {
        declarations.filter { $0.role == role }.map(\.type)
    }

    func declaration(_ role: Role, _ type: String) -> PluginCatalog.Declaration? {
        declarations.first { $0.role == role && $0.type == type }
    }

    /// The advice for a key that its block does not have; `role` is nil at the top level.
    func advice(
        _ key: String, in owner: SchemaDecoder.Owner, role: Role?, type: String? = nil
    ) -> SchemaDecoder.KeyAdvice? {
        let quoted = Wording.quoted(key)
        if let role, let type {
            let others = declarations.filter { $0.role == role && $0.type != type && $0.has(key) }.map(\.type)
            if !others.isEmpty {
                let names = others.map { "\"\($0)\"" }
                return SchemaDecoder.KeyAdvice(
                    message: "\(quoted) is a key of \(role.rawValue) type \(Wording.either(names)), not of \"\(type)\"")
            }
        }
        if let legacy = LegacyKeys.key(key, role: role) { return legacy }
        let homes = Role.allCases.filter { other in
            other != role && (key == "type" || declarations.contains { $0.role == other && $0.has(key) })
        }.map(\.rawValue)
        if let first = homes.first {
            return SchemaDecoder.KeyAdvice(
                message: "\(quoted) belongs to \(Wording.either(homes)), not to \(owner.name)",
                hint: homes.count == 1 ? "move it into the block \"\(first):\"" : nil)
        }
        if role != nil, LaunchConfig.fields.contains(where: { $0.name == key }) || Role(rawValue: key) != nil {
            return SchemaDecoder.KeyAdvice(
                message: "\(quoted) belongs to the top level, not to \(owner.name)",
                hint: "move it to the beginning of a line")
        }
        return nil
    }
}

extension PluginCatalog.Declaration {
    func has(_ key: String) -> Bool {
        fields.contains { $0.name == key }
    }
}
