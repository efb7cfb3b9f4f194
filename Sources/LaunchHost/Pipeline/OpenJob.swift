/// All runs of a queue as one job. A value that only a submit knows is `*`.
///
/// A backend would not take it. Its values are patterns for a policy.
struct OpenJob {
    /// Stands for any text.
    static let anything = "*"

    let queue: ResolveStage.Queue
    let plugin: RunnerPlugin

    /// The job.
    /// - Parameters:
    ///   - name: the queue's name.
    ///   - image: the image of runs, where the template names none.
    func job(of name: String, image: String) -> ResolvedJob {
        let open = queue.template.mappingStrings { text, path in
            let pieces = Placeholders.pieces(of: text)
            if case .variable(let name)? = pieces.first, pieces.count == 1, !plugin.wantsText(at: path),
                let value = variable(name)
            {
                return value
            }
            return .string(pieces.map { written($0, of: name) }.joined())
        }
        var mistakes: [Diagnostic] = []
        let decoded = ResolveStage(queue: queue, plugin: plugin).decoded(open, &mistakes)
        // A pattern may be none of the words that a key takes. The key then has no say in what is permitted.
        let template = mistakes.isEmpty ? decoded : open
        return ResolvedJob(
            runID: .example, runName: Self.anything, project: Self.anything, entity: Self.anything,
            author: Self.anything, queue: name, resource: plugin.base.type, source: source(in: template, image),
            template: template)
    }

    private func source(in template: JSONValue, _ image: String) -> Source {
        func text(_ path: FieldPath?) -> String? { path.flatMap { template.value(at: $0) }?.stringValue }
        if let algorithm = text(plugin.places.algorithm) { return .algorithm(algorithm) }
        guard TemplateSource(plugin: plugin).isNamed(in: template), let named = text(plugin.places.image) else {
            return .image(image)
        }
        return .image(named)
    }

    /// A number or truth value that a variable takes; nil for text.
    private func variable(_ name: String) -> JSONValue? {
        guard let variable = queue.variables.first(where: { $0.name == name }) else { return nil }
        return switch variable.type {
        case .string: nil
        case .integer: .integer(Int64(variable.minimum ?? variable.maximum ?? 1))
        case .number: .number(variable.minimum ?? variable.maximum ?? 1)
        // What is permitted for a switch that is on is enough for one that is off.
        case .boolean: .bool(true)
        }
    }

    /// A piece of a text, written so that the render stage leaves it alone.
    private func written(_ piece: Placeholders.Piece, of name: String) -> String {
        switch piece {
        case .text(let text): text.replacing("${", with: "$${").replacing("{{", with: "\\{{")
        case .macro(PlaceholderValues.imageMacro): "${\(PlaceholderValues.imageMacro)}"
        case .macro("queue_name"): name
        case .macro, .variable: Self.anything
        }
    }
}
