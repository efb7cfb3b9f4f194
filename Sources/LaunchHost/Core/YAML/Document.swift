/// A configuration file after reading: its name, its text, its tree, and the positions of its fields.
///
/// YAML and JSON files are read in the same way, because JSON is a subset of YAML.
package struct Document: Sendable {
    /// The maximum size of a file, in bytes.
    package static let byteLimit = 4 << 20

    /// The name of the file, as the user wrote it.
    package let name: String
    /// The values; the root of an empty file is an empty mapping.
    package var root: ConfigNode
    /// Constructs that YAML allows and this program does not: duplicate keys, merge keys, tags, ambiguous numbers. The
    /// decoder of the document reports them together with its own problems.
    package let problems: [Diagnostic]
    /// The spelling of the document's keys in findings. It finds the position if a user wrote `role_arn` for `RoleArn`.
    package var spelling: @Sendable (FieldPath) -> FieldPath = { $0 }
    /// Whether the document has a value: a text of blanks and comments has none, and neither has `null` or `~`.
    package let hasValue: Bool
    private let source: SourceText

    /// Reads the bytes of a file.
    /// - Throws: `LaunchError` of this kind with one diagnostic, if no tree can be made: not UTF-8, not YAML, larger or
    ///   deeper than allowed.
    package init(
        parsing bytes: some Collection<UInt8>, name: String, kind: LaunchError.Kind = .configuration
    ) throws(LaunchError) {
        guard bytes.count <= Self.byteLimit else {
            throw LaunchError(kind, "\(name) is larger than \(Self.byteLimit >> 20) MiB.")
        }
        let source: SourceText
        do { source = try SourceText(bytes) } catch {
            let diagnostic = Diagnostic(
                .error, error.message, hint: error.hint, file: name, line: error.mark?.line,
                column: error.mark?.column)
            throw LaunchError(kind, "\(name) cannot be read.", diagnostics: [diagnostic])
        }
        var builder = TreeBuilder(source.text)
        do {
            root = try Self.tree(of: source, by: &builder)
        } catch {
            let problem =
                switch error {
                case .syntax(let fault): SyntaxMessage.explain(fault, in: source)
                case .limit(let problem): problem
                }
            let earlier = builder.problems.map { Self.diagnostic($0, name: name, source: source) }
            throw LaunchError(
                kind, "\(name) cannot be read.",
                diagnostics: earlier + [Self.diagnostic(problem, name: name, source: source)])
        }
        hasValue = builder.hasValue
        problems = builder.problems.map { Self.diagnostic($0, name: name, source: source) }
        self.name = name
        self.source = source
    }

    /// Reads a text.
    /// - Throws: as `init(parsing:name:kind:)` of bytes.
    package init(text: String, name: String, kind: LaunchError.Kind = .configuration) throws(LaunchError) {
        try self.init(parsing: text.utf8, name: name, kind: kind)
    }

    /// The tree of a text. libyaml refuses the surrogate pairs that JSON writers use for characters beyond U+FFFF, so a
    /// text that contains them is read again with the pairs joined.
    private static func tree(
        of source: SourceText, by builder: inout TreeBuilder
    ) throws(TreeBuilder.Fault) -> ConfigNode {
        do throws(TreeBuilder.Fault) { return try builder.build() } catch {
            guard case .syntax(let fault) = error, SurrogatePairs.isCause(of: fault),
                let joined = SurrogatePairs.joined(in: source.text)
            else { throw error }
            builder = TreeBuilder(joined)
            return try builder.build()
        }
    }

    /// The text without a byte order mark.
    package var text: String { source.text }

    /// The document as JSON.
    package var jsonValue: JSONValue { root.jsonValue }

    /// The text of a line, from 1, for messages; nil for a line that is too long to show. The text after a key that
    /// sounds like a secret is omitted.
    package func line(_ number: Int) -> String? {
        Self.line(number, of: source)
    }

    /// The position of a field's value. If the document does not have the field, the key of its nearest parent.
    package func mark(at path: FieldPath) -> Mark? {
        let marks = marks(at: path)
        return marks.value ?? marks.key
    }

    /// The positions of a field's key and value. If the document does not have the field, the key of its nearest parent
    /// and no value.
    private func marks(at path: FieldPath) -> (key: Mark?, value: Mark?) {
        var node = root
        var key = root.mark
        var walked = FieldPath()
        for step in path.steps {
            walked.steps.append(step)
            switch step {
            case .member(let name):
                guard let entry = entry(name, of: node, at: walked) else { return (key, nil) }
                node = entry.value
                key = entry.keyMark
            case .item(let index):
                guard let items = node.items, items.indices.contains(index) else { return (key, nil) }
                node = items[index]
                key = node.mark
            }
        }
        return (key, node.mark)
    }

    /// The node at a path, in any spelling; nil if there is none.
    package func node(at path: FieldPath) -> ConfigNode? {
        var node = root
        var walked = FieldPath()
        for step in path.steps {
            walked.steps.append(step)
            switch step {
            case .member(let name):
                guard let entry = entry(name, of: node, at: walked) else { return nil }
                node = entry.value
            case .item(let index):
                guard let items = node.items, items.indices.contains(index) else { return nil }
                node = items[index]
            }
        }
        return node
    }

    private func entry(_ name: String, of node: ConfigNode, at path: FieldPath) -> ConfigNode.Entry? {
        let parent = FieldPath(path.steps.dropLast())
        return node.entry(name) ?? node.entries?.first { spelling(parent.appending($0.key)) == path }
    }

    /// A diagnostic at a position of this document.
    package func diagnostic(
        _ severity: Finding.Severity, _ message: String, hint: String? = nil, at mark: Mark?,
        path: FieldPath? = nil
    ) -> Diagnostic {
        Diagnostic(
            severity, message, hint: hint, file: name, line: mark?.line, column: mark?.column,
            sourceLine: mark.flatMap { line($0.line) }, path: path)
    }

    /// A finding of a later stage, with the position in this document that it refers to.
    package func diagnostic(for finding: Finding) -> Diagnostic {
        diagnostic(for: finding, at: finding.path)
    }

    /// A finding of a later stage whose value has another path in this document than in the request.
    package func diagnostic(for finding: Finding, at path: FieldPath) -> Diagnostic {
        let place = finding.path.description
        let marks = marks(at: path)
        let mark = finding.isAboutName == true ? marks.key : marks.value ?? marks.key
        return diagnostic(
            finding.severity, place.isEmpty ? finding.message : "\(place): \(finding.message)", hint: finding.hint,
            at: mark, path: finding.path)
    }

    private static func diagnostic(_ problem: TreeBuilder.Problem, name: String, source: SourceText) -> Diagnostic {
        Diagnostic(
            .error, problem.message, hint: problem.hint, file: name, line: problem.mark.line,
            column: problem.mark.column, sourceLine: line(problem.mark.line, of: source))
    }

    private static func line(_ number: Int, of source: SourceText) -> String? {
        guard source.lines.indices.contains(number - 1) else { return nil }
        let line = source.lines[number - 1]
        return line.utf8.count <= 4000 ? SecretLine.masked(line) : nil
    }
}
