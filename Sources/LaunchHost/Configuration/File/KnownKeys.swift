/// The place of each key of `launch-config.yaml`, to distinguish a misplaced key from a misspelt one.
struct KnownKeys: Sendable {
    private let declarations: [PluginCatalog.Declaration]

    init(_ catalog: PluginCatalog) {
        declarations = catalog.declarations
    }

    /// The logins to databases that each type of environment offers.
    var databaseLogins: [(type: String, kinds: DatabaseLoginKinds)] {
        declarations.filter { $0.role == .environment }.map { ($0.type, $0.databaseLogins) }
    }

    func types(_ role: Role) -> [String] {
        declarations.filter { $0.role == role }.map(\.type)
    }

    package func declaration(_ role: Role, _ type: String) -> PluginCatalog.Declaration? {
        declarations.first { $0.role == role && $0.type == type }
    }

    /// An address in the block of one type of registry that belongs to another type.
    struct AddressOwner {
        /// The key that has the address.
        var key: String
        /// The address.
        var text: String
        /// The type to which it belongs.
        var type: String
        /// The address as a block of that type has it.
        var value: String
    }

    /// The owners of addresses in the options of a registry of another type.
    func owners(ofAddressesIn options: Options, type: String) -> [AddressOwner] {
        let others = declarations.filter { $0.role == .registry && $0.type != type }
        return others.compactMap { other in
            guard let address = other.hints.address, let text = options.string(address.key) else { return nil }
            return address.value(text).map { AddressOwner(key: address.key, text: text, type: other.type, value: $0) }
        }
    }

    /// The type of the plugin that replaces a type of W&B; nil for another type.
    func replacement(of type: String, role: Role) -> String? {
        guard declaration(role, type) == nil else { return nil }
        return declarations.first { $0.role == role && $0.hints.types[type] != nil }?.type
    }

    /// The end of the message "unknown builder type …; " for a type; nil for a type that W&B does not have.
    func adviceOnType(_ type: String, role: Role) -> String? {
        let own = declarations.first { $0.role == role && $0.hints.types[type] != nil }?.hints.types[type]
        return own ?? LegacyKeys.type(type, role: role, known: types(role))
    }

    /// The advice for a key that its block does not have; `role` is nil at the top level.
    /// - Parameters:
    ///   - type: the type of the block.
    ///   - runner: at the top level, the type of the runner, if the configuration has one.
    func advice(
        _ key: String, in owner: SchemaDecoder.Owner, role: Role?, type: String? = nil, runner: String? = nil
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
        let hints = declarations.filter { declaration in
            guard let role else { return declaration.role == .runner && declaration.type == runner ?? declaration.type }
            return declaration.role == role && declaration.type == type
        }
        if let legacy = LegacyKeys.key(key, role: role, hints: hints.compactMap { $0.hints.keys[key] }) {
            return legacy
        }
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
