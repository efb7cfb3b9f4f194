/// Where the value at a path of a resolved template comes from.
public struct Origin: Sendable, Hashable {
    /// Who wrote the value.
    public enum Source: Sendable, Hashable {
        /// The queue's template, at this path of its file.
        case template(FieldPath)
        /// An option of the submitter.
        case option(SubmitOption)
        /// The run's image, which the render stage fills in.
        case image
    }

    /// A placeholder whose value became part of the value.
    public enum Placeholder: Sendable, Hashable {
        /// A macro: `${run_id}`.
        case macro(String)
        /// A template variable with its default value: `{{size}}`.
        case defaulted(String)
        /// A template variable with the submitter's value.
        case submitted(String)
    }

    /// Who wrote the value.
    public var source: Source
    /// The placeholders of the written text, in order.
    public var placeholders: [Placeholder]

    public init(_ source: Source, placeholders: [Placeholder] = []) {
        self.source = source
        self.placeholders = placeholders
    }
}

/// The origins of all values of a template, by path in the backend's spelling.
///
/// Only changes are recorded: a value without a record of its own has the origin of its mapping or list, and a value
/// without any comes from the queue's template.
public struct Origins: Sendable, Hashable {
    /// The queue's own template.
    private let template: JSONValue
    /// The lists whose items have a key, so that an item has the same origin wherever the runner puts it.
    let keyedLists: [FieldPath: String]
    private var sources: [FieldPath: Origin.Source] = [:]
    private var removals: [FieldPath: SubmitOption] = [:]
    private var placeholders: [FieldPath: [Origin.Placeholder]] = [:]

    /// The origins of an unchanged template.
    public init(of template: JSONValue, keyedLists: [FieldPath: String] = [:]) {
        self.template = template
        self.keyedLists = keyedLists
    }

    /// The origin of the value at a path; nil for a value that neither the queue nor the submitter wrote, such as the
    /// default of a key or a value of the runner.
    public func origin(of path: FieldPath) -> Origin? {
        let source = source(of: path)
        if case .template(let own) = source, template.value(at: own) == nil { return nil }
        return Origin(source, placeholders: placeholders[path] ?? [])
    }

    /// The option that removed the value at a path from the template.
    public func removal(of path: FieldPath) -> SubmitOption? { removals[path] }

    /// Whether the submitter added members or items to the mapping or list at a path of the queue's template.
    public func hasAdditions(below path: FieldPath) -> Bool {
        sources.contains { place, source in
            guard place.isBelow(path), case .option = source else { return false }
            return template.value(at: place) == nil
        }
    }

    /// Whether the value at a path, or a value in it, contains a template variable.
    func hasVariables(at path: FieldPath) -> Bool {
        placeholders.contains { place, found in
            guard place == path || place.isBelow(path) else { return false }
            return found.contains { if case .macro = $0 { false } else { true } }
        }
    }

    private func source(of path: FieldPath) -> Origin.Source {
        for count in stride(from: path.steps.count, through: 0, by: -1) {
            guard let source = sources[FieldPath(Array(path.steps.prefix(count)))] else { continue }
            guard case .template(let own) = source else { return source }
            return .template(FieldPath(own.steps + path.steps.dropFirst(count)))
        }
        return .template(path)
    }

    // MARK: changes

    /// Records that the value at a path, with all that it contains, is from this source.
    mutating func record(_ source: Origin.Source, at path: FieldPath) {
        forget(path)
        sources[path] = source
    }

    /// Records that an option removed the member at a path.
    mutating func recordRemoval(by option: SubmitOption, at path: FieldPath) {
        forget(path)
        removals[path] = option
    }

    /// Records that an item of a list was removed: the items after it have the index before theirs.
    mutating func recordRemoval(ofItem index: Int, in list: FieldPath, count: Int) {
        var moved: [FieldPath: Origin.Source] = [:]
        for next in (index + 1)..<max(count, index + 1) {
            let (from, to) = (list.appending(index: next), list.appending(index: next - 1))
            moved[to] = source(of: from)
            for (path, source) in sources where path.isBelow(from) {
                moved[FieldPath(to.steps + path.steps.dropFirst(from.steps.count))] = source
            }
        }
        for next in index..<max(count, index) { forget(list.appending(index: next)) }
        sources.merge(moved) { $1 }
    }

    /// Records the placeholders of the text at a path.
    mutating func record(_ found: [Origin.Placeholder], at path: FieldPath) {
        placeholders[path] = found.isEmpty ? nil : found
    }

    private mutating func forget(_ path: FieldPath) {
        func isKept(_ other: FieldPath) -> Bool { other != path && !other.isBelow(path) }
        sources = sources.filter { isKept($0.key) }
        removals = removals.filter { isKept($0.key) }
    }
}
