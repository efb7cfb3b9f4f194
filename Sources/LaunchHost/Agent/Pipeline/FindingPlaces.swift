/// Finds the positions of findings about a plan in the queue's file, if the queue sets the value.
///
/// A value of the submitter or of launch is not in the file. A caret in the file would mislead the user, so such a
/// finding has only its path, and the source of the value if it is known.
struct FindingPlaces {
    let plan: Plan
    let document: Document?
    /// The submitter's changes to the template; nil if they are not known.
    let overrides: Overrides?
    /// Where in the request the values of the submitter's options go.
    let places: RunnerPlugin.Places

    func diagnostic(for finding: Finding) -> Diagnostic {
        // A finding that is not about a value of the request has no position.
        guard !finding.path.steps.isEmpty else {
            return Diagnostic(finding.severity, finding.message, hint: finding.hint, path: finding.path)
        }
        let origin = origin(of: finding.path)
        if let document, isQueues(finding, in: document, hasOrigin: origin != nil) {
            return document.diagnostic(for: finding)
        }
        let place = finding.path.description
        return Diagnostic(
            finding.severity,
            (place.isEmpty ? "" : "\(place): ") + finding.message + (origin.map { " (from \($0))" } ?? ""),
            hint: finding.hint, path: finding.path)
    }

    // MARK: the source of a value

    private func isQueues(_ finding: Finding, in document: Document, hasOrigin: Bool) -> Bool {
        let value = value(at: finding.path)
        if let node = document.node(at: finding.path) {
            guard finding.isAboutName != true else { return true }
            guard let value else { return !hasOrigin }
            guard !isAddedTo(node, value) else { return false }
            return switch WrittenValue(node).isSource(of: value) {
            case .yes: true
            case .perhaps: !hasOrigin
            case .no: false
            }
        }
        guard value == nil, !hasOrigin else { return false }
        // Something is missing: the position is that of its nearest existing parent.
        var above = finding.path
        while !above.steps.isEmpty {
            above.steps.removeLast()
            if self.value(at: above) != nil { return document.node(at: above) != nil && origin(of: above) == nil }
        }
        return true
    }

    /// Whether the submitter's variables or parameters were added to those of a mapping.
    private func isAddedTo(_ node: ConfigNode, _ value: JSONValue) -> Bool {
        guard case .object(let members) = value else { return false }
        return members.contains { name, member in
            let given = plan.job.environment[name] ?? parameter(name)
            return given != nil && given == WrittenValue.text(member) && node.entry(name) == nil
        }
    }

    /// The text of a parameter in the request.
    private func parameter(_ name: String) -> String? {
        plan.job.numeral(of: name) ?? plan.job.runConfig[name].map(WrittenValue.text)
    }

    /// The value in the request; for a key of launch itself, the value in the template.
    private func value(at path: FieldPath) -> JSONValue? {
        let value = plan.request.document.value(at: path) ?? plan.job.template.value(at: path)
        // A pinned image is compared by the name under which it was requested.
        if let image = plan.image.image, value == .string(image.reference) { return .string(image.name) }
        return value
    }

    // MARK: the option of a value

    /// The option with which the submitter set the value; nil if none is found.
    private func origin(of path: FieldPath) -> String? {
        guard !path.steps.isEmpty else { return nil }
        let value = value(at: path)
        if let option = settingOption(of: path, value) { return option }
        guard let text = value.map(WrittenValue.text) else { return nil }
        let job = plan.job
        // Equal text somewhere else is a coincidence: `true` may be an argument and a capability.
        let above = FieldPath(Array(path.steps.dropLast()))
        switch path.steps.last {
        case .member(let name):
            if above == places.whole.environment, job.environment[name] == text { return "--env" }
            if above == places.whole.runConfig, parameter(name) == text { return "--param" }
        case .item(let index):
            if above == places.whole.arguments, job.arguments.indices.contains(index), job.arguments[index] == text {
                return "the arguments after --"
            }
            if above == places.whole.entryPoint, let words = job.entryPoint, words.indices.contains(index),
                words[index] == text
            {
                return "--entry-point"
            }
        case nil: break
        }
        let images = [plan.image.image?.reference, plan.image.image?.name, plan.image.destination]
        return images.contains(text) || job.source == .image(text) ? "the run's image" : nil
    }

    private func settingOption(of path: FieldPath, _ value: JSONValue?) -> String? {
        guard let overrides else { return nil }
        let spelling = document?.spelling ?? { $0 }
        func gives(_ setting: Overrides.Setting) -> Bool {
            let place = spelling(setting.path)
            guard path.steps.starts(with: place.steps) else { return false }
            let rest = FieldPath(Array(path.steps.dropFirst(place.steps.count)))
            guard let given = setting.value.respelt(at: place, by: spelling).value(at: rest) else { return false }
            return given == value ?? .null
        }
        if overrides.settings.contains(where: gives) { return "--set" }
        guard let arguments = overrides.resourceArguments else { return nil }
        let whole = arguments[plan.job.resource] ?? arguments
        return gives(Overrides.Setting(path: FieldPath(), value: whole)) ? "--resource-args" : nil
    }
}

/// A value as a queue's file contains it, with placeholders.
private struct WrittenValue {
    enum Answer {
        case yes
        /// The value has placeholders that may have become the other value.
        case perhaps
        case no
    }

    private let node: ConfigNode

    init(_ node: ConfigNode) {
        self.node = node
    }

    /// Whether a value of a request was made from this one. Mappings and lists may have additional members.
    func isSource(of value: JSONValue) -> Answer {
        switch node.content {
        case .mapping:
            return value.objectValue == nil ? .no : .yes
        case .sequence(let items):
            guard let values = value.arrayValue, values.count >= items.count else { return .no }
            let isKept = zip(items, values).allSatisfy { Self($0).isSource(of: $1) != .no }
            return isKept ? .yes : .no
        case .scalar:
            let written = Self.text(node.jsonValue)
            let pieces = Placeholders.pieces(of: written)
            let text = Self.text(value)
            guard Placeholders.contains(written) else {
                let literal = Self.joined(pieces)
                // A backend may complete a name, such as the name of a role to its ARN.
                return text == literal || text.hasSuffix("/\(literal)") ? .yes : .no
            }
            return Self.fits(text, pieces) ? .perhaps : .no
        }
    }

    /// The value as text, to which some backends convert every value.
    static func text(_ value: JSONValue) -> String {
        value.stringValue ?? (try? JSON.canonical(value)) ?? ""
    }

    private static func joined(_ pieces: [Placeholders.Piece]) -> String {
        pieces.map { piece in if case .text(let text) = piece { text } else { "" } }.joined()
    }

    /// Whether the text matches these pieces, with any text in the place of each placeholder.
    private static func fits(_ text: String, _ pieces: [Placeholders.Piece]) -> Bool {
        var rest = text[...]
        if case .text(let first)? = pieces.first {
            guard rest.hasPrefix(first) else { return false }
            rest = rest.dropFirst(first.count)
        }
        if pieces.count > 1, case .text(let last)? = pieces.last {
            guard rest.hasSuffix(last) else { return false }
            rest = rest.dropLast(last.count)
        }
        for case .text(let part) in pieces.dropFirst().dropLast() {
            guard let found = rest.firstRange(of: part) else { return false }
            rest = rest[found.upperBound...]
        }
        return true
    }
}
