extension SchemaDecoder {
    /// Reports placeholders whose values can never fit their field. So the queue's file is refused once, and not each
    /// submit.
    mutating func checkPlaceholders(
        _ text: String, _ node: ConfigNode, kind: Field.Kind, at path: FieldPath, _ subject: Subject
    ) {
        let pieces = Placeholders.pieces(of: text)
        guard pieces.count == 1, case .variable(let name)? = pieces.first else {
            guard !kind.takes(.string) else { return }
            note(
                "\(subject.words) must be \(kind.words); found \(Wording.quoted(text)), which becomes text",
                hint: "a value keeps the type of its variable if it consists of one {{name}} only",
                at: node.mark, path: path)
            return
        }
        guard let variable = variables.first(where: { $0.name == name }) else { return }
        let trial = PlaceholderTrial(kind: kind, path: path, subject: subject)
        guard trial.mayFit(variable) else {
            note(
                "\(subject.words) must be \(kind.words); found \(Wording.quoted(text)), which is \(variable.expectation)",
                hint: trial.hint(for: variable), at: node.mark, path: path)
            return
        }
        guard let standard = variable.defaultValue, !trial.fits(standard) else { return }
        let (place, entry) = defaultPlace(of: variable)
        note(
            "the default of \(Wording.quoted(name)) does not fit: \(subject.words) must be \(kind.words); found "
                + ConfigNode(standard).words,
            hint: "change the default, or remove it", at: entry?.mark ?? node.mark, path: place)
    }

    /// Where the default is written: W&B puts the keys of a variable inside "schema".
    private func defaultPlace(of variable: TemplateVariable) -> (FieldPath, ConfigNode?) {
        let own = FieldPath().appending("template_variables").appending(variable.name)
        let plain = own.appending("default")
        if let node = document?.node(at: plain) { return (plain, node) }
        let wrapped = own.appending("schema").appending("default")
        return (wrapped, document?.node(at: wrapped))
    }
}

/// Whether the values of a template variable fit one field.
private struct PlaceholderTrial {
    let kind: Field.Kind
    package let path: FieldPath
    let subject: SchemaDecoder.Subject

    /// Whether numbers and truth values become text, as the resolve stage makes them.
    private var makesText: Bool { kind.isText(at: []) }

    /// Whether some value of the variable fits.
    func mayFit(_ variable: TemplateVariable) -> Bool {
        guard kind.takes(makesText ? .string : variable.type) else { return false }
        if let allowed = variable.allowed { return allowed.contains { fits($0) } }
        guard let range = kind.range, variable.type != .string else { return true }
        return variable.maximum ?? .infinity >= range.lowerBound && variable.minimum ?? -.infinity <= range.upperBound
    }

    /// Whether this value fits.
    func fits(_ value: JSONValue) -> Bool {
        var decoder = SchemaDecoder(document: nil)
        let isText = makesText && value.stringValue == nil
        let settled = isText ? JSONValue.string(PlaceholderValues.text(value)) : value
        _ = decoder.value(ConfigNode(settled), kind: kind, at: path, subject)
        return decoder.diagnostics.allSatisfy { $0.severity == .warning }
    }

    package func hint(for variable: TemplateVariable) -> String {
        let types = TemplateVariable.Kind.allCases.filter { $0 != variable.type && kind.takes($0) }
        if kind.takes(makesText ? .string : variable.type) { return "change what \(variable.name) may be" }
        guard !types.isEmpty else {
            return "a variable is one value: write \"{{\(variable.name)}}\" inside a list or mapping"
        }
        return "declare \(variable.name) with type \(Wording.either(types.map(\.rawValue)))"
    }
}

extension Field.Kind {
    /// Whether some value of that type of variable can be of this kind.
    fileprivate func takes(_ type: TemplateVariable.Kind) -> Bool {
        switch self {
        case .any: true
        case .string, .secret, .file, .choice: type == .string
        case .duration, .bytes: type != .boolean
        case .integer, .number: type == .integer || type == .number
        case .boolean: type == .boolean
        case .either(let kinds): kinds.contains { $0.takes(type) }
        case .list, .map, .object: false
        }
    }

    /// The numbers that this kind takes; nil if it also takes other values.
    fileprivate var range: ClosedRange<Double>? {
        switch self {
        case .integer(let range): Double(range.lowerBound)...Double(range.upperBound)
        case .number(let range): range
        default: nil
        }
    }
}
