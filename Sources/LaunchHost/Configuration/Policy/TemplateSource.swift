/// Finds the image or the algorithm that a template names.
package struct TemplateSource {
    let plugin: RunnerPlugin

    package init(plugin: RunnerPlugin) {
        self.plugin = plugin
    }

    /// Whether a template names an image or an algorithm. `${image_uri}` is the run's image, and does not count.
    package func isNamed(in template: JSONValue) -> Bool {
        [plugin.optionPaths.image, plugin.optionPaths.algorithm].contains { path in
            guard let value = path.flatMap({ template.value(at: $0) }), value != .null else { return false }
            guard let text = value.stringValue else { return true }
            return !text.isEmpty && !Placeholders.pieces(of: text).contains(.macro(PlaceholderValues.imageMacro))
        }
    }

    /// Whether a run must have a source of its own: the template names none, and the runner, or a `${image_uri}` of the
    /// template, needs one.
    package func needsSource(_ template: JSONValue) -> Bool { !isNamed(in: template) && needsImage(template) }

    private func needsImage(_ template: JSONValue) -> Bool {
        guard !plugin.base.capabilities.needsImage else { return true }
        var usesImage = false
        _ = template.mappingStrings { text, _ in
            usesImage = usesImage || Placeholders.pieces(of: text).contains(.macro(PlaceholderValues.imageMacro))
            return .string(text)
        }
        return usesImage
    }

    /// The source of a run that names none itself, from the expanded template.
    package func source(in template: JSONValue, _ mistakes: inout [Diagnostic]) -> Source {
        if let path = plugin.optionPaths.algorithm, let name = template.value(at: path)?.stringValue {
            return .algorithm(Self.text(name))
        }
        guard let path = plugin.optionPaths.image, let value = template.value(at: path), value != .null else {
            guard needsImage(template) else { return .noImage }
            mistakes.append(
                Diagnostic(
                    .error, "neither the run nor its queue says what to run",
                    hint: "Give --image URI, --source DIR, --git URL or --job NAME."))
            return .template
        }
        do {
            guard let text = value.stringValue else {
                mistakes.append(
                    Diagnostic(.error, "the image must be text; found \(value.kindName)", path: path))
                return .template
            }
            return .image(try ImageReference(parsing: Self.text(text)).description)
        } catch {
            mistakes.append(Diagnostic(.error, "\(error)", path: path))
            return .template
        }
    }

    /// Checks an image or an algorithm that the submitter chose in the template against the queue's policy.
    /// - Parameters:
    ///   - own: the queue's template.
    ///   - changed: the template with the submitter's overrides.
    ///   - chosen: the template variables with free text of the submitter.
    package func refusals(
        of source: Source, own: JSONValue, changed: JSONValue, chosen: Set<String>, policy: SubmitterPolicy,
        isLocked: Bool
    ) -> [Diagnostic] {
        func isChosen(_ path: FieldPath?) -> Bool {
            guard let path else { return false }
            let value = changed.value(at: path)
            guard value == own.value(at: path) else { return true }
            return Placeholders.pieces(of: value?.stringValue ?? "").contains { piece in
                if case .variable(let name) = piece { chosen.contains(name) } else { false }
            }
        }
        switch source {
        case .image(let text) where isChosen(plugin.optionPaths.image):
            return policy.refusals(ofImage: text, isLocked: isLocked)
        case .algorithm(let name) where isChosen(plugin.optionPaths.algorithm):
            guard (policy.images ?? (isLocked ? .only([]) : .any)) != .any else { return [] }
            return [
                Diagnostic(
                    .error, "the queue does not let a submitter choose the algorithm \(Wording.quoted(name))",
                    hint: "The queue's owner can add 'allow_sources: {images: any}' to the queue's file.")
            ]
        default: return []
        }
    }

    /// A final text without the escapes for the render stage.
    private static func text(_ settled: String) -> String {
        Placeholders.pieces(of: settled).map { if case .text(let text) = $0 { text } else { "" } }.joined()
    }
}

extension SubmitterPolicy {
    /// Checks an image against the policy.
    package func refusals(ofImage text: String, isLocked: Bool) -> [Diagnostic] {
        // The other values of the spec are checked separately.
        let spec = LaunchSpec(
            source: .image(text), project: "default", entity: "", author: "", resource: "", priority: .low)
        return refusals(of: spec, isLocked: isLocked)
    }
}
