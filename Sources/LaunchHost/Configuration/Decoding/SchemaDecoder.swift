internal import LaunchSuggestions

/// Checks values against the fields that a plugin declares, and records all problems with their positions.
///
/// A value of kind `.duration` is decoded to seconds, one of kind `.bytes` to bytes, and any other value is kept as
/// written. An optional field without a value (`key:` or `null`) counts as absent.
public struct SchemaDecoder: Sendable {
    /// The problems so far, in the order in which they were found.
    public private(set) var diagnostics: [Diagnostic] = []
    let document: Document?
    let acceptsPlaceholders: Bool
    /// The variables that placeholders may name. A placeholder whose values never fit its field is noted.
    package var variables: [TemplateVariable] = []
    let advice: @Sendable (_ key: String, Owner) -> KeyAdvice?

    /// The name of a block in messages.
    public struct Owner: Sendable, Hashable {
        /// The name, such as `builder (type: docker)` or `the top level`.
        public var name: String
        /// The preposition for the name: `in` or `at`.
        public var preposition: String

        public init(_ name: String, preposition: String = "in") {
            self.name = name
            self.preposition = preposition
        }

        /// The outermost mapping of a file.
        public static let top = Owner("the top level", preposition: "at")

        var phrase: String { "\(preposition) \(name)" }

        func subject(_ key: String) -> String {
            self == .top ? Wording.quoted(key) : "\(Wording.quoted(key)) \(phrase)"
        }
    }

    /// Advice about an unknown key, beyond a similar spelling.
    public struct KeyAdvice: Sendable {
        /// The problem.
        public var message: String
        /// The correction that the user can make.
        public var hint: String?

        public init(message: String, hint: String? = nil) {
            self.message = message
            self.hint = hint
        }
    }

    /// Creates a decoder.
    /// - Parameters:
    ///   - document: the document of the values; nil for values without positions.
    ///   - acceptsPlaceholders: whether a text with `${…}` or `{{…}}` is accepted in place of another type, because it
    ///     is checked again after its expansion.
    ///   - advice: returns advice about keys that the fields do not contain.
    package init(
        document: Document?, acceptsPlaceholders: Bool = false,
        advice: @escaping @Sendable (_ key: String, Owner) -> KeyAdvice? = { _, _ in nil }
    ) {
        self.document = document
        self.acceptsPlaceholders = acceptsPlaceholders
        self.advice = advice
    }

    /// Decodes values that are not from a document, such as an expanded template.
    public static func decode(
        _ value: JSONValue, fields: [Field], in owner: Owner
    ) -> (options: Options, diagnostics: [Diagnostic]) {
        var decoder = SchemaDecoder(document: nil)
        let options = decoder.decode(ConfigNode(value), fields: fields, in: owner)
        return (options, decoder.diagnostics)
    }

    /// Decodes a mapping. Invalid values are recorded and omitted from the options.
    /// - Parameters:
    ///   - path: the path of the mapping in the document.
    ///   - keyMark: the position at which missing keys are reported; nil means the position of the mapping.
    ///   - ignored: keys that are checked elsewhere.
    package mutating func decode(
        _ node: ConfigNode, fields: [Field], at path: FieldPath = FieldPath(), in owner: Owner, keyMark: Mark? = nil,
        ignoring ignored: Set<String> = []
    ) -> Options {
        Options(members(node, fields: fields, at: path, in: owner, keyMark: keyMark, ignoring: ignored))
    }

    /// Records a problem at a position.
    mutating func note(
        _ message: String, hint: String? = nil, at mark: Mark?, path: FieldPath,
        severity: Finding.Severity = .error
    ) {
        guard !isFull else { return }
        keep(
            document?.diagnostic(severity, message, hint: hint, at: mark, path: path)
                ?? Diagnostic(severity, message, hint: hint, path: path))
    }

    /// Whether no more diagnostics are kept, so that none need to be created.
    var isFull: Bool { diagnostics.count > 100 }

    /// Keeps a diagnostic, up to a hundred: a file with a thousand mistakes does not need a thousand messages.
    mutating func keep(_ diagnostic: Diagnostic) {
        if diagnostics.count < 100 {
            diagnostics.append(diagnostic)
        } else if !isFull {
            var last = diagnostic
            last.severity = .error
            last.message = "there are more mistakes, which are not listed"
            last.hint = nil
            last.sourceLine = nil
            diagnostics.append(last)
        }
    }

    mutating func hideSourceOfLast() {
        guard let last = diagnostics.indices.last else { return }
        diagnostics[last].sourceLine = nil
    }

    mutating func members(
        _ node: ConfigNode, fields: [Field], at path: FieldPath, in owner: Owner, keyMark: Mark?,
        ignoring ignored: Set<String>
    ) -> [String: JSONValue] {
        guard let entries = node.entries else {
            note("\(owner.name) must be a mapping of keys; found \(node.words)", at: node.mark, path: path)
            return [:]
        }
        var values: [String: JSONValue] = [:]
        var given: Set<String> = []
        for entry in entries where !ignored.contains(entry.key) {
            let place = path.appending(entry.key)
            guard let field = fields.first(where: { $0.name == entry.key }) else {
                unknown(entry, fields: fields, ignored: ignored, at: place, in: owner)
                // The key that was misspelt is not reported as missing.
                if !isFull, let meant = Self.meant(entry.key, among: fields.map(\.name)) { given.insert(meant) }
                continue
            }
            given.insert(field.name)
            if entry.value.isNull {
                guard field.required else {
                    given.remove(field.name)
                    continue
                }
                note(
                    "\(owner.subject(field.name)) is required, but empty",
                    hint: "give it \(field.kind.words)\(Self.example(field))", at: entry.keyMark, path: place)
                continue
            }
            values[field.name] = value(
                entry.value, kind: field.kind, at: place,
                Subject(words: owner.subject(field.name), field: field, owner: owner))
        }
        for field in fields where !given.contains(field.name) {
            if field.required {
                note(
                    "\(Wording.quoted(field.name)) is missing \(owner.phrase)",
                    hint: "add \(field.name): \(field.help)\(Self.example(field))", at: keyMark ?? node.mark,
                    path: path)
            } else if let standard = field.defaultValue {
                values[field.name] = Self.decodedDefault(standard, field: field)
            }
        }
        return values
    }

    private mutating func unknown(
        _ entry: ConfigNode.Entry, fields: [Field], ignored: Set<String>, at path: FieldPath, in owner: Owner
    ) {
        guard !isFull else { return }
        let names = fields.map(\.name) + ignored.sorted()
        let key = Wording.quoted(entry.key)
        let start = "unknown key \(key) \(owner.phrase)"
        let allowed =
            fields.isEmpty
            ? (ignored.contains("type") ? "it has no keys besides \"type\"" : "it has no keys")
            : "keys allowed here: \(names.joined(separator: ", "))"
        if let same = names.first(where: { Self.folded($0) == Self.folded(entry.key) }) {
            note("\(start); did you mean \"\(same)\"?", at: entry.keyMark, path: path)
        } else if let advice = advice(entry.key, owner) {
            note(advice.message, hint: advice.hint, at: entry.keyMark, path: path)
        } else if let near = Suggestion.nearest(to: entry.key, in: names) {
            note("\(start); did you mean \"\(near)\"?", at: entry.keyMark, path: path)
        } else {
            note(start, hint: allowed, at: entry.keyMark, path: path)
        }
    }

    static func meant(_ key: String, among names: [String]) -> String? {
        names.first { folded($0) == folded(key) } ?? Suggestion.nearest(to: key, in: names)
    }

    /// Normalizes a key: `max-jobs`, `maxJobs` and `MAX_JOBS` are equal.
    private static func folded(_ key: String) -> String {
        key.lowercased().filter { $0 != "_" && $0 != "-" }
    }

    package static func example(_ field: Field) -> String {
        field.example.map { " (for example \($0))" } ?? ""
    }

    private static func decodedDefault(_ value: JSONValue, field: Field) -> JSONValue {
        var decoder = SchemaDecoder(document: nil)
        let subject = Subject(words: field.name, field: field, owner: Owner(field.name))
        let decoded = decoder.value(ConfigNode(value), kind: field.kind, at: FieldPath(), subject)
        return decoded ?? value
    }
}
