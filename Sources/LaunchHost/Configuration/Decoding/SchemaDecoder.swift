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

    /// Removes the source of diagnostics at a line that has a secret.
    mutating func hideSource(ofLine line: Int?) {
        guard let line else { return }
        for index in diagnostics.indices where diagnostics[index].line == line { diagnostics[index].sourceLine = nil }
    }

    package static func example(_ field: Field) -> String {
        field.example.map { " (for example \($0))" } ?? ""
    }
}
