/// One text of a template with the values of its placeholders. It is checked for the place where the template uses it.
package struct ExpandedText {
    /// A piece of the text with its value.
    package struct Part {
        package var text: String
        /// The placeholder, if a submitter chose its value.
        var chosenBy: Placeholders.Piece?

        package init(text: String, chosenBy: Placeholders.Piece? = nil) {
            self.text = text
            self.chosenBy = chosenBy
        }
    }

    package let place: ValueUse
    package let path: FieldPath
    var parts: [Part] = []

    package init(place: ValueUse, path: FieldPath, parts: [Part] = []) {
        self.place = place
        self.path = path
        self.parts = parts
    }

    /// The problems of the values. A text without a submitter's value comes from the queue's owner and is not checked.
    package var mistakes: [Diagnostic] {
        let chosen = parts.compactMap { part in part.chosenBy.map { (piece: $0, name: $0.written, value: part.text) } }
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
        // A template variable that is the whole text means that the owner leaves the whole value to the submitter.
        if isWhole, let only = chosen.first, case .variable = only.piece, place.takesWholeValues {
            if only.value.isEmpty { note(only.name, only.value, "it is empty") }
        } else if isWhole, let only = chosen.first, !place.takesWholeValues,
            !(place.takesWholeMacros && only.piece.isMacro)
        {
            note(
                only.name, only.value, "it would be the whole value",
                hint: "The queue's owner can list the values: 'enum' in template_variables.")
        } else {
            for (piece, name, value) in chosen {
                // A reference of an image has '/' and ':', no blank, and does not begin with '-'.
                if place == .command, piece == .macro(PlaceholderValues.imageMacro) { continue }
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
