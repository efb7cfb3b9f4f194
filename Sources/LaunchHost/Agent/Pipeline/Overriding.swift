/// Applies a submitter's changes to a queue's template, as far as the queue allows them.
struct Overriding {
    let queue: ResolveStage.Queue
    let plugin: RunnerPlugin
    var submitted = SubmittedValues.none

    /// A change of one value, with the option that made it.
    private struct Change {
        var path: FieldPath
        var value: JSONValue
        var option: SubmitOption
    }

    /// The queue's template with all changes of a spec; null removes a value. A change that is not allowed becomes a
    /// mistake.
    func template(changedBy spec: LaunchSpec, _ mistakes: inout [Diagnostic]) -> TracedTemplate {
        var template = TracedTemplate(queue.template, keyedLists: plugin.keyedLists)
        // The runner applies values that have their own options. The same rules of the queue apply to them.
        let places = places(changedBy: spec.overrides)
        mistakes += places.compactMap { place in
            refusal(of: place.path).map { submitted.located($0, by: place.option) }
        }
        for change in changes(of: spec, &mistakes) {
            if let refusal = refusal(of: change.path) ?? listRefusal(of: change) {
                mistakes.append(submitted.located(refusal, at: change.path, by: change.option))
                continue
            }
            do throws(JSONValue.PathError) {
                try apply(change, to: &template, &mistakes)
            } catch {
                let mistake = Diagnostic(.error, error.message, path: change.path)
                mistakes.append(submitted.located(mistake, by: change.option))
            }
        }
        if spec.source != .template, let image = plugin.optionPaths.image { template.note(.image, at: image) }
        for place in places { template.note(.option(place.option), at: place.path) }
        return template
    }

    private func apply(
        _ change: Change, to template: inout TracedTemplate, _ mistakes: inout [Diagnostic]
    ) throws(JSONValue.PathError) {
        if case .null = change.value {
            template.remove(at: change.path, by: change.option)
        } else if let key = plugin.keyedLists[change.path], case .array(let items) = change.value {
            let present = template.value.value(at: change.path)
            var refused: [(index: Int, mistake: Diagnostic)] = []
            let merged = merge(items, into: present, by: key, change.path, &refused)
            mistakes += refused.map { index, mistake in
                submitted.located(mistake, at: change.path.appending(index: index), by: change.option)
            }
            try template.set(items: merged.items, changed: merged.changed, at: change.path, by: change.option)
        } else {
            try template.set(change.value, at: change.path, by: change.option)
        }
    }

    private func places(changedBy overrides: Overrides) -> [(path: FieldPath, option: SubmitOption)] {
        let places = plugin.optionPaths.whole
        return (overrides.entryPoint == nil ? [] : [(places.entryPoint, .entryPoint)])
            + (overrides.arguments.isEmpty ? [] : [(places.arguments, .arguments)])
            + overrides.environment.keys.sorted().map { (places.environment.appending($0), .environment) }
            + overrides.runConfig.keys.sorted().map { (places.runConfig.appending($0), .runConfig) }
    }

    /// The changes of a spec to the template, in order and in the backend's spelling. Members of a mapping are separate
    /// changes, so that the queue's policy checks each of them; lists are replaced as a whole.
    private func changes(of spec: LaunchSpec, _ mistakes: inout [Diagnostic]) -> [Change] {
        var changes: [Change] = []
        func collect(_ value: JSONValue, at path: FieldPath) {
            if case .object(let members) = value, !members.isEmpty {
                for (name, member) in members.sorted(by: { $0.key < $1.key }) {
                    collect(member, at: plugin.spelling(path.appending(name)))
                }
            } else if !path.steps.isEmpty {
                change(value, at: path, by: .resourceArguments)
            }
        }
        func change(_ value: JSONValue, at path: FieldPath, by option: SubmitOption) {
            changes.append(Change(path: path, value: value.respelt(at: path, by: plugin.spelling), option: option))
        }
        if let arguments = spec.overrides.resourceArguments {
            collect(unwrapped(arguments, spec.resource, &mistakes), at: FieldPath())
        }
        for setting in spec.overrides.settings {
            change(setting.value, at: plugin.spelling(setting.path), by: .setting)
        }
        return changes
    }

    /// Files of W&B contain the arguments below the name of the resource. Keys beside that name, and a value below it
    /// that is not a mapping, would be lost.
    private func unwrapped(
        _ arguments: JSONValue, _ resource: String, _ mistakes: inout [Diagnostic]
    ) -> JSONValue {
        guard let inner = arguments[resource] else {
            if arguments.objectValue == nil {
                mistakes.append(
                    submitted.diagnostic(
                        "the resource arguments must be a mapping of keys; found \(arguments.kindName)",
                        about: .resourceArguments))
            }
            return arguments
        }
        let siblings = (arguments.objectValue ?? [:]).keys.filter { $0 != resource }.sorted()
        if !siblings.isEmpty {
            mistakes.append(
                submitted.diagnostic(
                    "the resource arguments have \(Wording.all(siblings.map(Wording.quoted))) beside \"\(resource)\"",
                    hint: "Put every key below \"\(resource)\", or leave \"\(resource)\" out.",
                    about: .resourceArguments))
        }
        if inner.objectValue == nil {
            mistakes.append(
                submitted.diagnostic(
                    "\"\(resource)\" of the resource arguments must be a mapping of keys; found \(inner.kindName)",
                    about: .resourceArguments))
        }
        return inner
    }

    private func refusal(of path: FieldPath) -> Diagnostic? {
        if let allowed = queue.allowOverrides {
            guard !allowed.contains(where: { path.steps.starts(with: $0.steps) }) else { return nil }
            let list = allowed.isEmpty ? "nothing" : allowed.map(\.description).joined(separator: ", ")
            return Diagnostic(
                .error, "the queue does not let a submitter change \(path)", hint: "It allows: \(list).", path: path)
        }
        if let protected = plugin.protectedPaths.first(where: {
            path.steps.starts(with: $0.steps) || $0.steps.starts(with: path.steps)
        }) {
            return theQueues(protected.description, at: path)
        }
        return nil
    }

    /// In a keyed list, a submitter may not change the queue's items, neither by index nor all at once.
    private func listRefusal(of change: Change) -> Diagnostic? {
        guard queue.allowOverrides == nil else { return nil }
        for list in plugin.keyedLists.keys where change.path.steps.starts(with: list.steps) {
            guard let own = queue.template.value(at: list)?.arrayValue, !own.isEmpty else { continue }
            switch change.path.steps.dropFirst(list.steps.count).first {
            case .item(let index) where index < own.count: return theQueues("\(list)[\(index)]", at: list)
            case nil where change.value.arrayValue == nil: return theQueues(list.description, at: list)
            default: continue
            }
        }
        return nil
    }

    private func theQueues(_ what: String, at path: FieldPath) -> Diagnostic {
        Diagnostic(
            .error, "\(what) is the queue's to set, not a submitter's",
            hint: "The queue's owner can allow it: 'allow_overrides: [\(path.inYAML)]' in the queue's file.",
            path: path)
    }

    /// The items of the queue and those of a submitter, with the indices of the submitter's. An item with the key of a
    /// queue's item replaces it if the queue allows that, and is refused otherwise, with its index among the
    /// submitter's.
    private func merge(
        _ items: [JSONValue], into present: JSONValue?, by key: String, _ path: FieldPath,
        _ refused: inout [(index: Int, mistake: Diagnostic)]
    ) -> (items: [JSONValue], changed: [Int]) {
        let own = queue.template.value(at: path)?.arrayValue ?? []
        var merged = present?.arrayValue ?? []
        var changed: [Int] = []
        for (position, item) in items.enumerated() {
            guard let name = item[key], let index = merged.firstIndex(where: { $0[key] == name }) else {
                changed.append(merged.count)
                merged.append(item)
                continue
            }
            guard merged[index] != item else { continue }
            if queue.allowOverrides == nil, own.contains(where: { $0[key] == name }) {
                refused.append((position, theQueues("\(path) \(name.stringValue ?? "item")", at: path)))
            } else {
                changed.append(index)
                merged[index] = item
            }
        }
        return (merged, changed)
    }
}
