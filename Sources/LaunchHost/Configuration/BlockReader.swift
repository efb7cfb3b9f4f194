/// Reads the block of one role in `launch-config.yaml`: finds the plugin by `type` and decodes the other keys by the
/// plugin's fields.
struct BlockReader {
    private(set) var diagnostics: [Diagnostic] = []
    private let role: Role
    private let known: KnownKeys
    private let document: Document?

    init(role: Role, known: KnownKeys, document: Document?) {
        self.role = role
        self.known = known
        self.document = document
    }

    /// The block. Without an entry, or with an empty one, the default block. Nil if the plugin cannot be determined, or
    /// if the block is a runner's and absent.
    mutating func read(_ entry: ConfigNode.Entry?) -> LaunchConfig.Block? {
        guard let entry, !entry.value.isNull, entry.value.entries?.isEmpty != true else {
            return LaunchConfig.defaultType(of: role).map { type in
                let fields = known.declaration(role, type)?.fields ?? []
                return LaunchConfig.Block(
                    type: type, options: decode(.empty(), fields: fields, type: type, entry: entry))
            }
        }
        guard entry.value.entries != nil else {
            let found = entry.value.jsonValue.stringValue.flatMap { known.declaration(role, $0)?.type }
            note(
                "\"\(role.rawValue)\" must be a mapping with a \"type\"; found \(entry.value.words)",
                hint: "write \(role.rawValue): {type: \(found ?? known.types(role).first ?? "...")}",
                at: entry.value.mark, path: path)
            return nil
        }
        guard let type = type(of: entry), let declaration = known.declaration(role, type) else { return nil }
        let options = decode(entry.value, fields: declaration.fields, type: type, entry: entry)
        checkAddress(options, type: type, entry.value)
        return LaunchConfig.Block(type: type, options: options, mark: entry.keyMark)
    }

    private var path: FieldPath { FieldPath().appending(role.rawValue) }

    private mutating func type(of entry: ConfigNode.Entry) -> String? {
        let types = known.types(role)
        let hint = "known types: \(types.joined(separator: ", "))"
        guard let type = entry.value.entry("type"), !type.value.isNull else {
            note("\"\(role.rawValue)\" has no \"type\"", hint: hint, at: entry.keyMark, path: path)
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
        _ node: ConfigNode, fields: [Field], type: String, entry: ConfigNode.Entry?
    ) -> Options {
        let role = role
        var decoder = SchemaDecoder(document: document) { [known] key, owner in
            known.advice(key, in: owner, role: role, type: type)
        }
        let options = decoder.decode(
            node, fields: fields, at: path, in: .init("\(role.rawValue) (type: \(type))"), keyMark: entry?.keyMark,
            ignoring: ["type"])
        diagnostics += decoder.diagnostics
        return options
    }

    /// An address that belongs to another type of registry, such as the ARN that W&B's guide writes.
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
