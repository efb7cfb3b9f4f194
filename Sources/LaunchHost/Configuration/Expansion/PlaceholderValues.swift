/// The values of a run's macros and template variables. It marks those that a submitter chose.
package struct PlaceholderValues {
    /// The macro that the render stage expands, after the image is known.
    package static let imageMacro = "image_uri"
    /// Macros whose values come from the program or from the queue's owner.
    private static let ownMacros: Set = ["run_id", "queue_name", imageMacro]

    /// The values of the template variables, by name.
    package let variables: [String: JSONValue]
    /// The values of the macros, by name, without `image_uri`.
    package let macros: [String: String]
    /// Template variables with free text of the submitter: without a list of values, and set at submit.
    package let chosen: Set<String>

    package init(variables: [String: JSONValue], macros: [String: String], chosen: [TemplateVariable]) {
        self.variables = variables
        self.macros = macros
        self.chosen = Set(chosen.filter { $0.type == .string }.map(\.name))
    }

    /// The macros of a run.
    package static func macros(of spec: LaunchSpec, _ runID: RunID) -> [String: String] {
        [
            "project_name": spec.project, "entity_name": spec.entity, "run_id": runID.rawValue,
            "run_name": spec.name ?? runID.rawValue, "author": spec.author, "queue_name": spec.queue ?? "",
        ]
    }

    /// A value as part of a text.
    package static func text(_ value: JSONValue) -> String { value.stringValue ?? (try? JSON.canonical(value)) ?? "" }

    /// The number of bytes of a piece after expansion.
    package func size(of piece: Placeholders.Piece) -> Int {
        switch piece {
        case .text(let text): text.utf8.count
        case .macro(let name): macros[name]?.utf8.count ?? 0
        case .variable(let name): variables[name].map { Self.text($0).utf8.count } ?? 0
        }
    }

    /// The pieces of a text with their values, to be checked for their place in the template.
    package func expanded(_ pieces: [Placeholders.Piece], at path: FieldPath, place: ValueUse) -> ExpandedText {
        ExpandedText(
            place: place, path: path,
            parts: pieces.map { piece in
                switch piece {
                case .text(let text): ExpandedText.Part(text: text)
                // Every image name contains '/' and ':', which only URIs and free text may contain.
                case .macro(Self.imageMacro): ExpandedText.Part(text: "host/image:tag", chosenBy: piece)
                case .macro(let name):
                    ExpandedText.Part(
                        text: macros[name] ?? "", chosenBy: Self.ownMacros.contains(name) ? nil : piece)
                case .variable(let name):
                    ExpandedText.Part(
                        text: variables[name].map(Self.text) ?? "",
                        chosenBy: chosen.contains(name) ? piece : nil)
                }
            })
    }
}
