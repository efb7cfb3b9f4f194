/// Reads the `template_variables` of a queue's file.
struct VariableReader {
    private(set) var decoder: SchemaDecoder
    private static let path = FieldPath().appending("template_variables")

    static let fields: [Field] = [
        Field(
            "type", .choice(TemplateVariable.Kind.allCases.map(\.rawValue)), required: true, example: "integer",
            help: "what a value must be"),
        Field("enum", .list(.any), example: "[1, 2, 4]", help: "The only values that are allowed."),
        Field("minimum", .number(number), example: "1", help: "The smallest number allowed."),
        Field("maximum", .number(number), example: "8", help: "The largest number allowed."),
        Field("min", .number(number), help: "The same as minimum."),
        Field("max", .number(number), help: "The same as maximum."),
        Field("default", .any, example: "1", help: "The value if a submit gives none."),
        Field("description", .string, help: "A line of help."),
    ]
    private static let number = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude

    init(document: Document) {
        decoder = SchemaDecoder(document: document) { key, _ in
            key == "schema"
                ? SchemaDecoder.KeyAdvice(
                    message: "\"schema\" must be the only key",
                    hint: "put type, enum and the others either all inside \"schema\" or all without it")
                : nil
        }
    }

    /// The variables in the order of the file, without the invalid ones.
    mutating func read(_ node: ConfigNode) -> [TemplateVariable] {
        if node.isNull { return [] }
        guard let entries = node.entries else {
            decoder.note(
                "\"template_variables\" must be a mapping of names; found \(node.words)",
                hint: "for example gpus: {type: integer, minimum: 1, maximum: 8, default: 1}", at: node.mark,
                path: Self.path)
            return []
        }
        return entries.compactMap { variable($0) }
    }

    private mutating func variable(_ entry: ConfigNode.Entry) -> TemplateVariable? {
        let path = Self.path.appending(entry.key)
        let before = decoder.diagnostics.count
        if entry.key.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_-]*/) == nil {
            decoder.note(
                "\(Wording.quoted(entry.key)) is not a name for a template variable",
                hint: "use letters, digits, \"_\" and \"-\", and begin with a letter", at: entry.keyMark, path: path)
        }
        var node = entry.value
        var place = path
        // W&B's format is {name: {schema: {…}}}.
        if let entries = node.entries, entries.count == 1, let schema = node.entry("schema") {
            node = schema.value
            place = path.appending("schema")
        }
        let options = decoder.decode(
            node, fields: Self.fields, at: place, in: .init("template variable \(Wording.quoted(entry.key))"),
            keyMark: entry.keyMark)
        guard let type = options.string("type").flatMap(TemplateVariable.Kind.init(rawValue:)) else { return nil }
        var variable = TemplateVariable(name: entry.key, type: type, help: options.string("description"))
        let numeric = type == .integer || type == .number
        for (long, short) in [("minimum", "min"), ("maximum", "max")] {
            guard let given = node.entry(long) ?? node.entry(short) else { continue }
            if let both = node.entry(long), node.entry(short) != nil {
                note("\"\(long)\" and \"\(short)\" are the same", "remove one of the two", both, place)
            }
            if !numeric {
                note("\"\(given.key)\" is for numbers, and the type is \(type.rawValue)", nil, given, place)
            }
        }
        variable.minimum = options.number("minimum") ?? options.number("min")
        variable.maximum = options.number("maximum") ?? options.number("max")
        if let least = variable.minimum, let most = variable.maximum, least > most,
            let given = node.entry("minimum") ?? node.entry("min")
        {
            note("\"\(given.key)\" is larger than the maximum, \(Quantity.text(most))", nil, given, place)
        }
        if let list = node.entry("enum") { variable.allowed = allowed(list, variable, place) }
        if let standard = node.entry("default"), !standard.value.isNull {
            do { variable.defaultValue = try variable.check(standard.value.jsonValue) } catch {
                let message = "the default of \"\(entry.key)\" must be \(variable.expectation); "
                decoder.note(
                    message + "found \(standard.value.words)", at: standard.value.mark,
                    path: place.appending("default"))
            }
        }
        return decoder.diagnostics.count == before ? variable : nil
    }

    private mutating func allowed(
        _ entry: ConfigNode.Entry, _ variable: TemplateVariable, _ path: FieldPath
    ) -> [JSONValue]? {
        guard let items = entry.value.items else { return nil }
        if items.isEmpty { note("\"enum\" is empty: no value would be allowed", nil, entry, path) }
        return items.enumerated().map { index, item in
            let value = item.jsonValue
            do { return try variable.check(value) } catch {
                decoder.note(
                    "item \(index + 1) of \"enum\" must be \(variable.expectation); found \(item.words)",
                    hint: item.hint(toward: variable.type == .boolean ? .boolean : .string, key: nil), at: item.mark,
                    path: path.appending("enum").appending(index: index))
                return value
            }
        }
    }

    private mutating func note(_ message: String, _ hint: String?, _ entry: ConfigNode.Entry, _ path: FieldPath) {
        decoder.note(message, hint: hint, at: entry.keyMark, path: path.appending(entry.key))
    }
}
