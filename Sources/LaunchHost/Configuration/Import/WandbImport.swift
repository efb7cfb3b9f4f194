/// A file of W&B Launch as one of this program: the values that are kept, in their order, and a note on each key that is
/// left out or changed, with its position and what to do.
package struct WandbImport: Sendable {
    /// The values, with the positions that they have in the original file.
    package internal(set) var root: ConfigNode
    /// What was left out or changed, as warnings.
    package internal(set) var notes: [Diagnostic] = []
    /// The original file.
    let document: Document

    init(_ document: Document) throws(LaunchError) {
        self.document = document
        root = ConfigNode.empty(at: document.root.mark)
        guard document.root.entries != nil else {
            throw Self.refusal(
                document,
                [
                    document.diagnostic(
                        .error, "the file must be a mapping of keys; found \(document.root.words)",
                        at: document.root.mark)
                ])
        }
        guard document.problems.isEmpty else { throw Self.refusal(document, document.problems) }
    }

    /// The original file with the values that are kept, for a check whose findings have the original positions.
    var kept: Document {
        var kept = document
        kept.root = root
        return kept
    }

    /// The text of the new file: the notes as comments, then the values.
    /// - Throws: `LaunchError` of kind `.internalFault` if the text cannot be read back to the same values.
    package func text() throws(LaunchError) -> String {
        let notes = notes.map { note in
            let place = [note.file, note.line.map(String.init)].compactMap(\.self).joined(separator: ":")
            return "# \(Wording.visible("\(place): \(note.message)"))\n"
        }
        let text = "# Written by 'launch import wandb'.\n" + notes.joined() + root.yaml
        guard let read = try? Document(text: text, name: "import"), read.problems.isEmpty,
            read.jsonValue == root.jsonValue
        else { throw LaunchError(.internalFault, "The imported form of \(document.name) cannot be read back.") }
        return text
    }

    static func refusal(_ document: Document, _ diagnostics: [Diagnostic]) -> LaunchError {
        let errors = diagnostics.count { $0.severity == .error }
        return LaunchError(
            .invalid, "\(document.name) has \(Wording.count(errors, "error")), so nothing was written.",
            diagnostics: diagnostics)
    }

    /// Adds a key. The parts of a file may have the same key, and then the first one is kept.
    mutating func keep(_ entry: ConfigNode.Entry) {
        guard root.entry(entry.key) == nil else {
            return note("another \(Wording.quoted(entry.key)) is left out", at: entry.keyMark)
        }
        root.content = .mapping((root.entries ?? []) + [entry])
    }

    mutating func note(_ message: String, hint: String? = nil, at mark: Mark?, path: FieldPath? = nil) {
        notes.append(document.diagnostic(.warning, message, hint: hint, at: mark, path: path))
    }
}
