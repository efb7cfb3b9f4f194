internal import LaunchPluginKit

/// Checks a document against the service's model: types, required and unknown members, words, patterns, lengths,
/// counts, ranges.
struct ModelChecks {
    let model: ServiceModel
    private(set) var findings: [Finding] = []
    /// Names that resemble a member's name.
    private(set) var misspellings: [Misspelling] = []
    /// The position in the document. It becomes a path only for a finding.
    var steps: [FieldPath.Step] = []
    /// Whether the present values are the user's own. They may be secrets and are never shown.
    private var isPrivate = false

    /// Members with the user's own values.
    private static let privateMembers: Set<String> = [
        "ContainerArguments", "ContainerEntrypoint", "Environment", "HyperParameters",
    ]

    init(_ model: ServiceModel) {
        self.model = model
    }

    /// Checks a whole request.
    mutating func check(_ document: JSONValue) {
        guard !model.shapes.isEmpty else { return }
        check(document, as: 0)
    }

    private mutating func check(_ value: JSONValue, as place: Int) {
        let shape = model.shapes[place]
        switch (shape.kind, value) {
        case (.structure(let structure), .object(let members)): check(members, of: structure, shape)
        case (.list(let item, let count), .array(let items)): check(items, item, count, shape)
        case (.map(let key, let entry, let count), .object(let entries)): check(entries, key, entry, count, shape)
        case (.text(let rules), .string(let text)): check(text, rules, shape)
        case (.integer(let range), .integer(let number)): check(number, range, shape)
        case (.number, .integer), (.number, .number), (.flag, .bool), (.other, _): break
        default: mismatch(value, shape)
        }
    }

    // MARK: Structures, lists and maps

    private mutating func check(
        _ given: [String: JSONValue], of structure: Shape.Structure, _ shape: Shape
    ) {
        var meant: Set<String> = []
        for (name, value) in given {
            if let place = structure.members[name] {
                inside(.member(name), hidden: Self.privateMembers.contains(name)) {
                    $0.check(value, as: place)
                }
            } else if let near = unknown(name, of: structure, shape, in: given) {
                meant.insert(near)
                guard let place = structure.members[near], given[near] == nil else { continue }
                misspellings.append(Misspelling(place: FieldPath(steps), written: name, meant: near))
                inside(.member(name)) { $0.check(value, as: place) }
            }
        }
        for name in structure.required where given[name] == nil && !meant.contains(name) {
            let gift = structure.members[name].flatMap { Expected.gift(for: model.shapes[$0]) }
            inside(.member(name)) {
                $0.note(.error, "required", shape, "it is required and missing", hint: gift)
            }
        }
    }

    private mutating func check(_ items: [JSONValue], _ item: Int, _ count: Shape.Bounds, _ shape: Shape) {
        check(count: items.count, count, "items", shape)
        for (index, value) in items.enumerated() {
            inside(.item(index)) { $0.check(value, as: item) }
        }
    }

    private mutating func check(
        _ entries: [String: JSONValue], _ key: Int, _ value: Int, _ count: Shape.Bounds, _ shape: Shape
    ) {
        check(count: entries.count, count, "entries", shape)
        for (name, entry) in entries {
            inside(.member(name)) { checks in
                if case .text(let rules) = checks.model.shapes[key].kind {
                    checks.check(name, rules, checks.model.shapes[key], asKey: true)
                }
                checks.check(entry, as: value)
            }
        }
    }

    private mutating func check(count: Int, _ bounds: Shape.Bounds, _ nouns: String, _ shape: Shape) {
        if let most = bounds.most, count > most {
            note(.error, "count", shape, "it has \(count) \(nouns), at most \(most) are allowed")
        } else if let least = bounds.least, count < least {
            note(
                .error, "count", shape,
                "it has \(count == 0 ? "no" : "\(count)") \(nouns), and must have \(Expected.range(bounds))",
                hint: count == 0 ? "Leave the key out instead." : nil)
        }
    }

    // MARK: Values

    private mutating func check(_ text: String, _ rules: Shape.Text, _ shape: Shape, asKey: Bool = false) {
        if !asKey, let placeholder = Placeholder.found(in: text, freely: Placeholder.mayStandIn(shape.name)) {
            note(
                .error, Finding.placeholder, shape, "it still holds the placeholder \(Shown.quoted(placeholder))",
                hint: Expected.gift(for: shape))
            return
        }
        // Computed only for a finding, because quoting costs more than all checks.
        var value: String { isPrivate && !asKey ? "the value" : (asKey ? "the key " : "") + Shown.quoted(text) }
        if !rules.words.isEmpty {
            if !rules.wordSet.contains(text) { unknown(word: text, rules.words, shape) }
        } else if let length = wrongLength(text, rules.length) {
            if length == 0, !asKey {
                note(.error, "length", shape, "it is empty", hint: Expected.gift(for: shape))
            } else {
                let allowed = Expected.range(rules.length)
                note(.error, "length", shape, "\(value) has \(length) characters, allowed are \(allowed)")
            }
        } else if let pattern = rules.pattern, !pattern.matches(text) {
            let words = Expected.words(for: shape) ?? "text that matches \(pattern.text) as a whole"
            note(.error, "pattern", shape, "\(value) is not \(words)")
        } else if shape.name.hasSuffix("S3Uri"), !asKey, let fault = BucketName.fault(in: text) {
            note(fault.severity, "bucket-name", shape, fault.message, hint: fault.hint)
        }
    }

    /// The length in Unicode scalars if it is out of bounds. For most texts the number of bytes suffices.
    private func wrongLength(_ text: String, _ bounds: Shape.Bounds) -> Int? {
        let bytes = text.utf8.count
        let (least, most) = (bounds.least ?? 0, bounds.most ?? .max)
        if bytes <= most, bytes / 4 >= least { return nil }
        let length = text.unicodeScalars.count
        return length < least || length > most ? length : nil
    }

    private mutating func check(_ number: Int64, _ range: Shape.Bounds, _ shape: Shape) {
        guard number < range.least ?? .min || number > range.most ?? .max else { return }
        let field = fieldName
        let allowed = Expected.range(range) { Shown.amount($0, of: field) }
        note(.error, "range", shape, "\(Shown.amount(number, of: field)) is out of range: allowed are \(allowed)")
    }

    private mutating func mismatch(_ value: JSONValue, _ shape: Shape) {
        if case .string(let text) = value, let placeholder = Placeholder.found(in: text, freely: false) {
            note(
                .error, Finding.placeholder, shape, "it still holds the placeholder \(Shown.quoted(placeholder))",
                hint: Expected.gift(for: shape))
            return
        }
        let found = isPrivate ? value.kindName : Shown.kind(of: value)
        note(
            .error, "type", shape, "it must be \(Expected.kind(of: shape)), and it is \(found)",
            hint: Expected.hint(for: value, insteadOf: shape, isPrivate: isPrivate))
    }

    // MARK: Support

    /// Rules about the names of members, not their values.
    private static let namedRules: Set = ["unknown-member", "misplaced-member"]

    mutating func inside(_ step: FieldPath.Step, hidden: Bool = false, _ body: (inout ModelChecks) -> Void) {
        let before = isPrivate
        steps.append(step)
        isPrivate = isPrivate || hidden
        body(&self)
        isPrivate = before
        steps.removeLast()
    }

    private var fieldName: String {
        for step in steps.reversed() { if case .member(let name) = step { return name } }
        return ""
    }

    mutating func note(
        _ severity: Finding.Severity, _ rule: String, _ shape: Shape, _ message: String, hint: String? = nil
    ) {
        findings.append(
            Finding(
                severity, at: FieldPath(steps), message, hint: hint, source: "\(model.source), shape \(shape.name)",
                rule: rule, isAboutName: Self.namedRules.contains(rule) ? true : nil))
    }
}
