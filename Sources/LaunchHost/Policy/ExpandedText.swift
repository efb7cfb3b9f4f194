/// One text of a template with the values of its placeholders, checked against its place.
struct ExpandedText {
    /// A piece of the text with its value.
    struct Part {
        var text: String
        /// The placeholder as the template has it, `${project_name}` or `{{set}}`, where a submitter chose the value.
        var chosenBy: String?
    }

    let place: ValuePlace
    let path: FieldPath
    var parts: [Part] = []

    /// What is wrong with the values. Text without a value of a submitter is the queue owner's, and not checked.
    var mistakes: [Diagnostic] {
        let chosen = parts.compactMap { part in part.chosenBy.map { (name: $0, value: part.text) } }
        guard place != .text, !chosen.isEmpty else { return [] }
        let isWhole = parts.count == 1
        var mistakes: [Diagnostic] = []
        func note(_ name: String, _ value: String, _ why: String, hint: String? = nil) {
            mistakes.append(
                Diagnostic(
                    .error,
                    "\(path): the value \(Wording.quoted(value)) of \(name) cannot be in \(place.words): \(why)",
                    hint: hint, path: path))
        }
        // A variable that is the whole text is the owner's way to leave all of it to the submitter.
        if isWhole, let only = chosen.first, only.name.hasPrefix("{{"), place.takesWholeValues {
            if only.value.isEmpty { note(only.name, only.value, "it is empty") }
        } else if isWhole, let only = chosen.first, !place.takesWholeValues {
            note(
                only.name, only.value, "it would be the whole of it",
                hint: "The queue's owner can list the values: 'enum' in template_variables.")
        } else {
            for (name, value) in chosen {
                if let why = place.fault(in: value) { note(name, value, why) }
            }
        }
        guard mistakes.isEmpty else { return mistakes }
        let whole = parts.map(\.text).joined()
        if let why = place.fault(inWhole: whole) {
            note(Wording.all(chosen.map(\.name)), whole, why)
        }
        return mistakes
    }
}
