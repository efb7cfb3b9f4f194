/// Finds unfilled placeholders of a configuration: `<region>`, `‹queue›`, `{account}`. All are reported at once; a
/// plugin would report only the first value that it cannot use, and no check would report the name of a queue.
/// Variables such as `${AWS_REGION}`, which are not expanded, are reported too.
struct UnfilledPlaceholders {
    /// The placeholders that were found, with their positions.
    private(set) var diagnostics: [Diagnostic] = []
    private let document: Document
    private let known: KnownKeys
    private var seen: Set<Mark> = []

    init(in document: Document, _ known: KnownKeys) {
        self.document = document
        self.known = known
        for entry in document.root.entries ?? [] {
            let kind =
                Role(rawValue: entry.key).map { block(entry.value, $0) }
                ?? LaunchConfig.fields.first { $0.name == entry.key }?.kind
            look(at: entry.value, kind, FieldPath().appending(entry.key))
        }
    }

    /// These diagnostics, and those of other checks about other values. Another check of the same value would only report
    /// that a placeholder is not a number or a type.
    func alone(of others: [Diagnostic]) -> [Diagnostic] {
        let places = Set(diagnostics.filter { $0.severity == .error }.map { [$0.line, $0.column] })
        return diagnostics + others.filter { $0.line == nil || !places.contains([$0.line, $0.column]) }
    }

    private func block(_ node: ConfigNode, _ role: Role) -> Field.Kind {
        let fields = node.entry("type")?.value.jsonValue.stringValue.flatMap { known.declaration(role, $0)?.fields }
        return .object([Field("type", .string, help: "")] + (fields ?? []))
    }

    private mutating func look(at node: ConfigNode, _ kind: Field.Kind?, _ path: FieldPath) {
        switch node.content {
        case .scalar(let text, _):
            let isFree = kind?.isFree ?? false
            let found = Self.placeholders(in: text, isFree: isFree)
            if found.isEmpty, Self.hasVariable(text, isFree: isFree) {
                return warn(of: text, at: node, path)
            }
            note(found, at: node, kind, path)
        case .sequence(let items):
            for (index, item) in items.enumerated() {
                look(at: item, kind?.item, path.appending(index: index))
            }
        case .mapping(let entries):
            // YAML reads {region} as a mapping.
            if kind?.isScalar == true, entries.count == 1, let only = entries.first, only.value.isNull {
                return note(["{\(only.key)}"], at: node, kind, path)
            }
            for entry in entries {
                look(at: entry.value, kind?.member(entry.key), path.appending(entry.key))
            }
        }
    }

    private mutating func note(_ found: [String], at node: ConfigNode, _ kind: Field.Kind?, _ path: FieldPath) {
        guard let first = found.first, diagnostics.count < 100 else { return }
        if let mark = node.mark, !seen.insert(mark).inserted { return }
        let names = kind?.holdsSecret == true ? [] : found.uniqued.map(Wording.quoted)
        let what =
            names.isEmpty ? "a placeholder" : "the placeholder\(names.count == 1 ? "" : "s") \(Wording.all(names))"
        diagnostics.append(
            document.diagnostic(
                .error, "\(path) still holds \(what)",
                hint: first.hasPrefix("{")
                    ? "write the value itself; placeholders are not filled in" : "write the value itself",
                at: node.mark, path: path))
    }

    private mutating func warn(of text: String, at node: ConfigNode, _ path: FieldPath) {
        guard diagnostics.count < 100 else { return }
        diagnostics.append(
            document.diagnostic(
                .warning, "\(Wording.quoted(text)) is used literally: this file does not expand variables",
                hint: "write the value itself", at: node.mark, path: path))
    }

    /// Whether a text contains a variable that its author expects to be expanded.
    static func hasVariable(_ text: String, isFree: Bool) -> Bool {
        guard text.utf8.contains(UInt8(ascii: "$")), text.utf8.count <= 4096 else { return false }
        if text.wholeMatch(of: /\$(?:[A-Z_][A-Z0-9_]*|\{[A-Za-z_][A-Za-z0-9_]*\})/) != nil { return true }
        return !isFree && text.contains(/\$\{[A-Za-z_][A-Za-z0-9_]*\}/)
    }

    /// The placeholders of a text.
    /// - Parameter isFree: whether the text may contain brackets on purpose. Then only the whole text can be a
    ///   placeholder.
    static func placeholders(in text: String, isFree: Bool) -> [String] {
        let bytes = text.utf8
        guard bytes.count <= 4096,
            bytes.contains(where: { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: "{") || $0 == 0xe2 })
        else { return [] }
        let found = text.matches(
            of: /\$?(?:<<?[A-Za-z][A-Za-z0-9_ .\/-]*>>?|‹[^‹›]+›|\{\{? ?[A-Za-z_][A-Za-z0-9_.-]* ?\}?\})/
        )
        .map { String($0.output) }
        // Variables are reported separately.
        .filter { !$0.hasPrefix("${") }
        return isFree ? found.filter { $0 == text } : found
    }
}

extension Field.Kind {
    /// Whether the value is free text of the user, which may contain brackets on purpose.
    fileprivate var isFree: Bool {
        switch self {
        case .secret, .any: true
        case .either(let kinds): kinds.contains { $0.isFree }
        default: false
        }
    }

    fileprivate var isScalar: Bool {
        switch self {
        case .list, .map, .object, .any: false
        case .either(let kinds): kinds.allSatisfy(\.isScalar)
        default: true
        }
    }

    fileprivate var item: Field.Kind? {
        switch self {
        case .list(let kind): kind
        case .either(let kinds): kinds.compactMap(\.item).first
        default: nil
        }
    }

    fileprivate func member(_ key: String) -> Field.Kind? {
        switch self {
        // The values of free keys are free text too: build arguments.
        case .map(.string): .any
        case .map(let kind): kind
        case .object(let fields): fields.first { $0.name == key }?.kind
        case .either(let kinds): kinds.compactMap { $0.member(key) }.first
        default: nil
        }
    }
}
