extension WandbImport {
    /// Imports a `launch-config.yaml`.
    /// - Throws: `LaunchError` of kind `.invalid` with all problems that remain, at their positions in the original file.
    package init(config document: Document, catalog: PluginCatalog) throws(LaunchError) {
        try self.init(document)
        let known = KnownKeys(catalog)
        let runner = document.root.entry(Role.runner.rawValue)?.value.entry("type")?.value.jsonValue.stringValue
        let own = Set(LaunchConfig.fields.map(\.name) + [LaunchConfig.runnersKey])
        for entry in document.root.entries ?? [] where !entry.value.isNull {
            if let role = Role(rawValue: entry.key) {
                keepBlock(entry, role, known)
            } else if entry.key == "queue", document.root.entry("queues") == nil {
                keep(ConfigNode.Entry("queues", at: entry.keyMark, ConfigNode(.sequence([entry.value]))))
                note("\"queue\" is written as \"queues\"", at: entry.keyMark)
            } else if own.contains(entry.key) {
                keepSetting(entry)
            } else {
                let advice = known.advice(entry.key, in: .top, role: nil, runner: runner)
                drop(entry, advice, "the top level")
            }
        }
        // The checks of a configuration name the positions of the original file.
        do throws(LaunchError) { _ = try LaunchConfig(kept, catalog: catalog) } catch {
            throw Self.refusal(document, notes + error.diagnostics)
        }
    }

    /// A number in quotes becomes a number, as W&B reads it.
    private mutating func keepSetting(_ entry: ConfigNode.Entry) {
        var entry = entry
        if entry.key == "max_jobs", case .scalar(let text, plain: false) = entry.value.content, Int(text) != nil {
            entry.value.content = .scalar(text, plain: true)
            note("the number of \"max_jobs\" is written without quotes", at: entry.value.mark)
        }
        keep(entry)
    }

    private mutating func keepBlock(_ entry: ConfigNode.Entry, _ role: Role, _ known: KnownKeys) {
        guard let members = entry.value.entries,
            let named = entry.value.entry("type")?.value.jsonValue.stringValue
        else {
            // W&B's agent reads no runner, so its keys need no type. Another block without one has an error of its own.
            if role == .runner, let members = entry.value.entries {
                for member in members { drop(member, known.advice(member.key, anyOf: role), "runner") }
            } else if entry.value.entries?.isEmpty != true {
                keep(entry)
            }
            return
        }
        let type = known.replacement(of: named, role: role) ?? named
        guard let declaration = known.declaration(role, type) else {
            let mark = entry.value.entry("type")?.value.mark
            let advice = known.adviceOnType(type, role: role) ?? "known types: \(Wording.either(known.types(role)))"
            note(
                "unknown \(role.rawValue) type \(Wording.quoted(type)); \(advice)",
                hint:
                    "the block is left out, so the default \(LaunchConfig.defaultType(of: role) ?? "of each queue") applies",
                at: mark)
            for member in members where member.key != "type" {
                drop(member, known.advice(member.key, anyOf: role), "\(role.rawValue) (type: \(type))")
            }
            return
        }
        if type != named {
            note(
                "the \(role.rawValue) type \(Wording.quoted(named)) is written as \(Wording.quoted(type))",
                hint: known.adviceOnType(named, role: role), at: entry.value.entry("type")?.value.mark)
        }
        var kept: [ConfigNode.Entry] = []
        let owner = SchemaDecoder.Owner("\(role.rawValue) (type: \(type))")
        for member in members where !member.value.isNull {
            if member.key == "type" {
                let value =
                    type == named ? member.value : ConfigNode(.scalar(type, plain: false), at: member.value.mark)
                kept.append(ConfigNode.Entry("type", at: member.keyMark, value))
            } else if declaration.has(member.key) {
                kept.append(addressed(withoutScheme(member), declaration))
            } else {
                drop(member, known.advice(member.key, in: owner, role: role, type: type), owner.name)
            }
        }
        keep(ConfigNode.Entry(entry.key, at: entry.keyMark, ConfigNode(.mapping(kept), at: entry.value.mark)))
    }

    /// An address of images without the scheme, which W&B allows.
    private mutating func withoutScheme(_ member: ConfigNode.Entry) -> ConfigNode.Entry {
        let scheme = "https://"
        guard ["uri", "destination"].contains(member.key), let text = member.value.jsonValue.stringValue,
            text.hasPrefix(scheme)
        else { return member }
        var member = member
        let value = String(text.dropFirst(scheme.count))
        member.value.content = .scalar(value, plain: false)
        note("\(Wording.quoted(text)) is written as \(Wording.quoted(value))", at: member.value.mark)
        return member
    }

    /// An address as the plugin expects it, from another form of it that W&B's guide has.
    private mutating func addressed(
        _ member: ConfigNode.Entry, _ declaration: PluginCatalog.Declaration
    ) -> ConfigNode.Entry {
        guard let address = declaration.hints.address, address.key == member.key,
            let text = member.value.jsonValue.stringValue, let value = address.value(text), value != text
        else { return member }
        var member = member
        member.value.content = .scalar(value, plain: false)
        note("\(Wording.quoted(text)) is written as \(Wording.quoted(value))", at: member.value.mark)
        return member
    }

    private mutating func drop(_ entry: ConfigNode.Entry, _ advice: SchemaDecoder.KeyAdvice?, _ place: String) {
        note(
            advice?.message ?? "\(Wording.quoted(entry.key)) in \(place) has no meaning here, and is left out",
            hint: advice?.hint, at: entry.keyMark)
    }
}

extension KnownKeys {
    /// The advice of any plugin of this role on a key of W&B.
    func advice(_ key: String, anyOf role: Role) -> SchemaDecoder.KeyAdvice? {
        types(role).lazy.compactMap { type in
            advice(key, in: SchemaDecoder.Owner(role.rawValue), role: role, type: type)
        }.first { $0.hint != nil }
    }
}
