/// Reads the block of one role in `launch-config.yaml`: finds the plugin by `type` and decodes the other keys by the
/// plugin's fields.
struct BlockReader {
    private(set) var diagnostics: [Diagnostic] = []
    private let role: Role
    private let known: KnownKeys
    private let document: Document?
    /// The path of the block.
    private let path: FieldPath
    /// Whether the block is an item of a list.
    private let isItem: Bool

    /// Creates a reader of the role's own block, or of the one at `item`, the path of an item of a list.
    init(role: Role, at item: FieldPath? = nil, known: KnownKeys, document: Document?) {
        self.role = role
        path = item ?? FieldPath().appending(role.rawValue)
        isItem = item != nil
        self.known = known
        self.document = document
    }

    /// The block. Without an entry, or with an empty one, the default block. Nil if the plugin cannot be determined, or
    /// if the block of a runner is absent.
    mutating func read(_ entry: ConfigNode.Entry?) -> LaunchConfig.Block? {
        guard let entry, !entry.value.isNull, entry.value.entries?.isEmpty != true else {
            return LaunchConfig.defaultType(of: role).map { type in
                let fields = known.declaration(role, type)?.fields ?? []
                return LaunchConfig.Block(
                    type: type, options: decode(.empty(), fields: fields, type: type, keyMark: entry?.keyMark),
                    path: path)
            }
        }
        return block(entry.value, keyMark: entry.keyMark)
    }

    /// The block of a mapping with a `type`. Nil if the plugin cannot be determined.
    /// - Parameter keyMark: the position at which missing keys are reported.
    mutating func block(_ node: ConfigNode, keyMark: Mark?) -> LaunchConfig.Block? {
        guard node.entries != nil else {
            let found = node.jsonValue.stringValue.flatMap { known.declaration(role, $0)?.type }
            let type = found ?? known.types(role).first ?? "..."
            note(
                "\"\(path)\" must be a mapping with a \"type\"; found \(node.words)",
                hint: "write \(isItem ? "-" : "\(role.rawValue):") {type: \(type)}", at: node.mark, path: path)
            return nil
        }
        guard let type = type(of: node, keyMark: keyMark), let declaration = known.declaration(role, type) else {
            return nil
        }
        let options = decode(node, fields: declaration.fields, type: type, keyMark: keyMark)
        checkAddress(options, type: type, node)
        return LaunchConfig.Block(type: type, options: options, mark: keyMark, path: path)
    }

    private mutating func type(of node: ConfigNode, keyMark: Mark?) -> String? {
        let types = known.types(role)
        let hint = "known types: \(types.joined(separator: ", "))"
        guard let type = node.entry("type"), !type.value.isNull else {
            note("\"\(path)\" has no \"type\"", hint: hint, at: keyMark, path: path)
            return nil
        }
        let place = path.appending("type")
        guard case .string(let name) = type.value.jsonValue else {
            note(
                "\"type\" of \(role.rawValue) must be text; found \(type.value.words)", hint: hint,
                at: type.value.mark, path: place)
            return nil
        }
        if types.contains(name) { return name }
        let start = "unknown \(role.rawValue) type \(Wording.quoted(name))"
        if let advice = known.adviceOnType(name, role: role) {
            note("\(start); \(advice)", hint: hint, at: type.value.mark, path: place)
        } else {
            note(start + SchemaDecoder.question(name, types), hint: hint, at: type.value.mark, path: place)
        }
        return nil
    }

    private mutating func decode(
        _ node: ConfigNode, fields: [Field], type: String, keyMark: Mark?
    ) -> Options {
        let role = role
        var decoder = SchemaDecoder(document: document) { [known] key, owner in
            known.advice(key, in: owner, role: role, type: type)
        }
        let options = decoder.decode(
            node, fields: fields, at: path, in: .init("\(role.rawValue) (type: \(type))"), keyMark: keyMark,
            ignoring: ["type"])
        diagnostics += decoder.diagnostics
        return options
    }

    /// Reports an address of another type of registry, such as the ARN that W&B's guide writes.
    private mutating func checkAddress(_ options: Options, type: String, _ node: ConfigNode) {
        guard role == .registry else { return }
        for owner in known.owners(ofAddressesIn: options, type: type) {
            note(
                "\(Wording.quoted(owner.key)) in registry (type: \(type)) must be the address of a registry of this "
                    + "type; found \(Wording.quoted(owner.text)), which is of type \(owner.type)",
                hint: "write type: \(owner.type) and \(owner.key): \(owner.value)",
                at: node.entry(owner.key)?.value.mark, path: path.appending(owner.key))
        }
    }

    private mutating func note(_ message: String, hint: String?, at mark: Mark?, path: FieldPath) {
        diagnostics.append(
            document?.diagnostic(.error, message, hint: hint, at: mark, path: path)
                ?? Diagnostic(.error, message, hint: hint, path: path))
    }
}
