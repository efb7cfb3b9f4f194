extension TemplateChecker {
    /// The submitter's policy. Its problems are recorded.
    mutating func policy(_ root: ConfigNode) -> SubmitterPolicy {
        let names = Set(SubmitterPolicy.fields.map(\.name))
        let entries = root.entries?.filter { names.contains($0.key) } ?? []
        // These keys must not contain placeholders, because a submitter would set their values.
        var own = SchemaDecoder(document: decoder.document)
        let options = own.decode(ConfigNode(.mapping(entries), at: root.mark), fields: SubmitterPolicy.fields, in: .top)
        let policy = SubmitterPolicy(options)
        if own.diagnostics.isEmpty {
            for mistake in policy.mistakes {
                own.note(
                    "\(Wording.quoted(mistake.pattern)) cannot be in \(mistake.key): \(mistake.why)",
                    at: decoder.document?.node(at: mistake.key)?.mark ?? root.mark, path: mistake.key)
            }
        }
        for diagnostic in own.diagnostics { decoder.keep(diagnostic) }
        return policy
    }

    /// The name of the queue that the file is for; nil if it does not say. A file for another resource is an error.
    mutating func identity(_ root: ConfigNode) -> String? {
        let names = Set(QueueFile.identity.map(\.name))
        let entries = root.entries?.filter { names.contains($0.key) && !$0.value.isNull } ?? []
        var own = SchemaDecoder(document: decoder.document)
        let options = own.decode(ConfigNode(.mapping(entries), at: root.mark), fields: QueueFile.identity, in: .top)
        if let type = options.string("resource"), type != runner.base.type {
            own.note(
                "the file is for the resource \(Wording.quoted(type)), and the queue is of \"\(runner.base.type)\"",
                hint: "the resource of a queue cannot be changed; create another queue for the file",
                at: root.entry("resource")?.value.mark, path: FieldPath().appending("resource"))
        }
        for diagnostic in own.diagnostics { decoder.keep(diagnostic) }
        return options.string("queue")
    }

    /// The limits and the owners of the queue. Their problems are recorded. A server checks the policy's highest priority
    /// by the limits.
    mutating func sharing(_ root: ConfigNode, _ policy: SubmitterPolicy) -> (limits: QueueLimits?, owners: [String]?) {
        let names = Set(QueueFile.shared.map(\.name))
        let entries = root.entries?.filter { names.contains($0.key) && !$0.value.isNull } ?? []
        // As for the policy: a submitter must not set these values by a placeholder.
        var own = SchemaDecoder(document: decoder.document)
        let options = own.decode(ConfigNode(.mapping(entries), at: root.mark), fields: QueueFile.shared, in: .top)
        let owners = options.strings("owners")
        for (index, owner) in (owners ?? []).enumerated() where owner.isEmpty {
            let path = FieldPath().appending("owners").appending(index: index)
            own.note(
                "the name of an owner is empty", hint: "name a user of the database",
                at: decoder.document?.node(at: path)?.mark ?? root.mark, path: path)
        }
        checkInstanceTypes(options, root, &own)
        for diagnostic in own.diagnostics { decoder.keep(diagnostic) }
        var limits = options.values["limits"].flatMap { try? $0.decode(QueueLimits.self) } ?? QueueLimits()
        limits.priority = policy.maxPriority
        if limits.perInstanceType?.isEmpty == true { limits.perInstanceType = nil }
        return (limits == QueueLimits() ? nil : limits, owners?.uniqued)
    }

    /// Records the problems of the queue's hooks.
    mutating func checkHooks(_ root: ConfigNode) {
        var own = SchemaDecoder(document: decoder.document) { key, _ in
            ["run", "secret", "queues"].contains(key)
                ? SchemaDecoder.KeyAdvice(
                    message: "\"\(key)\" is for hooks of launch-config.yaml, not for those of a queue",
                    hint: "ask the operator of the agent, or write url")
                : nil
        }
        _ = HookReader.hooks(ofQueue: root.entry("hooks"), &own)
        for diagnostic in own.diagnostics { decoder.keep(diagnostic) }
    }

    /// Refuses limits for instances that no run of the runner has, and warns of types that it does not know.
    private func checkInstanceTypes(_ options: Options, _ root: ConfigNode, _ own: inout SchemaDecoder) {
        let path = FieldPath().appending("limits").appending("per_instance_type")
        let types = options.values["limits"]?["per_instance_type"]?.objectValue ?? [:]
        guard !types.isEmpty else { return }
        func mark(_ path: FieldPath) -> Mark? { own.document?.node(at: path)?.mark ?? root.mark }
        guard let known = runner.instanceTypes?() else {
            own.note(
                "runs of \(runner.base.type) have no instance types that a queue can limit",
                hint: "remove the key; 'queue' limits the number of runs", at: mark(path), path: path)
            return
        }
        for type in types.keys.sorted() {
            let place = path.appending(type)
            if !RunDemand.isType(type) {
                own.note(
                    "\(Wording.quoted(type)) is not the name of an instance type",
                    hint: "use 1 to 64 letters, digits, '.', '_' and '-'", at: mark(place), path: place)
            } else if !known.isEmpty, !known.contains(type) {
                let meant = SchemaDecoder.nearest(to: type, in: known).map { "; did you mean \"\($0)\"?" } ?? ""
                own.note(
                    "\(runner.base.type) has no instance type \(Wording.quoted(type)) that this program knows\(meant)",
                    hint: "the limit has no effect if the name is wrong", at: mark(place), path: place,
                    severity: .warning)
            }
        }
    }

    /// Warns if the policy allows no source.
    mutating func checkSources(_ policy: SubmitterPolicy, isLocked: Bool, _ root: ConfigNode) {
        guard policy.allowsNoSource(isLocked: isLocked) else { return }
        let template = root.jsonValue.respelt(by: runner.spelling)
        guard TemplateSource(plugin: runner).needsSource(template) else { return }
        let entry = root.entry("allow_sources") ?? root.entry("allow_overrides")
        decoder.note(
            "the queue allows no source, so every submit is refused",
            hint: "add \"allow_sources: any\", or the images, git repositories and folders that may run",
            at: entry?.keyMark,
            path: FieldPath().appending("allow_sources"), severity: .warning)
    }
}
