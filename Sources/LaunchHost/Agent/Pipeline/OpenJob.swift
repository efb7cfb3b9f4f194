/// A job that represents all runs of a queue. A value that only a submit provides is `*`.
///
/// A backend would not accept the job. Its values are patterns for a policy.
struct OpenJob {
    /// A pattern for any text.
    static let anything = "*"

    let queue: ResolveStage.Queue
    let plugin: RunnerPlugin

    /// Creates the job.
    /// - Parameters:
    ///   - name: the name of the queue.
    ///   - image: the image of the runs, if the template names none.
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
        // A pattern may not be one of the words that a key accepts. The key then has no effect on the permissions.
        let template = mistakes.isEmpty ? decoded : open
        return ResolvedJob(
            runID: .example, runName: Self.anything, project: Self.anything, entity: Self.anything,
            author: Self.anything, queue: name, resource: plugin.base.type, source: source(in: template, image),
            template: template)
    }

    private func source(in template: JSONValue, _ image: String) -> Source {
        func text(_ path: FieldPath?) -> String? { path.flatMap { template.value(at: $0) }?.stringValue }
        if let algorithm = text(plugin.optionPaths.algorithm) { return .algorithm(algorithm) }
        let source = TemplateSource(plugin: plugin)
        if source.isNamed(in: template), let named = text(plugin.optionPaths.image) { return .image(named) }
        return source.needsSource(template) ? .image(image) : .noImage
    }

    /// A number or Boolean that the variable accepts; nil for text.
    private func variable(_ name: String) -> JSONValue? {
        guard let variable = queue.variables.first(where: { $0.name == name }) else { return nil }
        return switch variable.type {
        case .string: nil
        case .integer: .integer(Int64(variable.minimum ?? variable.maximum ?? 1))
        case .number: .number(variable.minimum ?? variable.maximum ?? 1)
        // The permissions for an enabled switch are sufficient for a disabled one.
        case .boolean: .bool(true)
        }
    }

    /// A piece of a text, escaped so that the render stage does not change it.
    private func written(_ piece: Placeholders.Piece, of name: String) -> String {
        switch piece {
        case .text(let text): text.replacing("${", with: "$${").replacing("{{", with: "\\{{")
        case .macro(PlaceholderValues.imageMacro): "${\(PlaceholderValues.imageMacro)}"
        case .macro("queue_name"): name
        case .macro, .variable: Self.anything
        }
    }
}
