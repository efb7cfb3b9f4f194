/// A template with the origins of its values. Each change records its origin.
struct TracedTemplate: Sendable, Hashable {
    private(set) var value: JSONValue
    private(set) var origins: Origins

    /// The queue's own template.
    init(_ template: JSONValue, keyedLists: [FieldPath: String] = [:]) {
        value = template
        origins = Origins(of: template, keyedLists: keyedLists)
    }

    /// Sets the value at a path, and creates missing mappings on the path.
    mutating func set(
        _ new: JSONValue, at path: FieldPath, by option: SubmitOption
    ) throws(JSONValue.PathError) {
        let changed = firstMissing(on: path)
        try value.set(new, at: path.steps[...])
        origins.record(.option(option), at: changed)
    }

    /// Replaces a list. Only the items at these indices are the option's; the others keep their origins.
    mutating func set(
        items: [JSONValue], changed: [Int], at path: FieldPath, by option: SubmitOption
    ) throws(JSONValue.PathError) {
        guard value.value(at: path)?.arrayValue != nil else {
            try set(.array(items), at: path, by: option)
            return
        }
        try value.set(.array(items), at: path.steps[...])
        for index in changed { origins.record(.option(option), at: path.appending(index: index)) }
    }

    /// Removes the member or item at a path.
    mutating func remove(at path: FieldPath, by option: SubmitOption) {
        let list = FieldPath(path.steps.dropLast())
        if case .item(let index)? = path.steps.last, let items = value.value(at: list)?.arrayValue {
            if items.indices.contains(index) { origins.recordRemoval(ofItem: index, in: list, count: items.count) }
        } else {
            origins.recordRemoval(by: option, at: path)
        }
        value.remove(at: path.steps[...])
    }

    /// Records the origin of a value that is not in the template, because the runner puts it into the request.
    mutating func note(_ source: Origin.Source, at path: FieldPath) {
        origins.record(source, at: path)
    }

    /// Replaces each text by its expansion. The closure also returns the placeholders of the text.
    mutating func expand(_ expanded: (String, FieldPath) -> (value: JSONValue, placeholders: [Origin.Placeholder])) {
        value = value.mappingStrings { text, path in
            let (value, placeholders) = expanded(text, path)
            origins.record(placeholders, at: path)
            if text == Self.image, case .template? = origins.origin(of: path)?.source {
                origins.record(.image, at: path)
            }
            return value
        }
    }

    /// Replaces the values by their decoded form, which has the same paths.
    mutating func decode(_ decoded: (JSONValue) -> JSONValue) {
        value = decoded(value)
    }

    /// A text that the run's image replaces as a whole.
    private static let image = "${\(PlaceholderValues.imageMacro)}"

    /// The first value on the path that does not exist; the path itself if only its value is new or replaced.
    private func firstMissing(on path: FieldPath) -> FieldPath {
        let counts = path.steps.isEmpty ? 0...0 : 1...path.steps.count
        let prefixes = counts.lazy.map { FieldPath(Array(path.steps.prefix($0))) }
        return prefixes.first { value.value(at: $0) ?? .null == .null } ?? path
    }
}
