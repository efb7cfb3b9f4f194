/// The values of a run that a submitter wrote in files, `--spec FILE` and `--resource-args FILE`, with their positions.
///
/// The stages after the command line know a value by the option that gave it and by its path in the template. This type
/// leads from both to the line of the file.
package struct SubmittedValues: Sendable {
    /// A value that an option gives, or the key of the same name in a spec file.
    package enum Value: Sendable, Hashable {
        case resourceArguments
        case setting(FieldPath)
        case environment(String)
        case runConfig(String)
        case entryPoint
        case arguments
        /// A template variable of the queue.
        case variable(String)
        /// The data of an input channel of a rehearsal.
        case channel(String)
        /// Another key of the spec, such as `project`.
        case key(String)
    }

    private struct Entry: Sendable {
        var value: Value
        /// The file with the value as its root; nil for a value of the command line.
        var document: Document?
    }

    private let plugin: RunnerPlugin?
    private var entries: [Entry] = []

    /// A submitter who used no file.
    package static let none = SubmittedValues(plugin: nil)

    /// No values yet, for a template of this runner.
    package init(for plugin: RunnerPlugin) {
        self.init(plugin: plugin)
    }

    private init(plugin: RunnerPlugin?) {
        self.plugin = plugin
    }

    /// Records a value of the command line. It has no position, and replaces an earlier value of a file.
    package mutating func add(_ value: Value) {
        entries.append(Entry(value: value))
    }

    /// Records a value of a file: the node of the document.
    package mutating func add(_ value: Value, at node: ConfigNode, in document: Document) {
        var part = document
        part.root = node
        if let plugin {
            // Files of W&B contain the arguments below the name of the resource.
            if value == .resourceArguments { part.root = node.entry(plugin.base.type)?.value ?? node }
            let (spelling, path) = (plugin.spelling, Self.target(of: value, plugin)?.path ?? FieldPath())
            part.spelling = { below in
                FieldPath(Array(spelling(FieldPath(path.steps + below.steps)).steps.dropFirst(path.steps.count)))
            }
        }
        entries.append(Entry(value: value, document: part))
    }

    /// The option of a value, and its path in the template in the backend's spelling; nil for a value that is not part
    /// of the template.
    private static func target(of value: Value, _ plugin: RunnerPlugin) -> (option: SubmitOption, path: FieldPath)? {
        let paths = plugin.optionPaths.whole
        return switch value {
        case .resourceArguments: (.resourceArguments, FieldPath())
        case .setting(let path): (.setting, plugin.spelling(path))
        case .environment(let name): (.environment, paths.environment.appending(name))
        case .runConfig(let name): (.runConfig, paths.runConfig.appending(name))
        case .entryPoint: (.entryPoint, paths.entryPoint)
        case .arguments: (.arguments, paths.arguments)
        case .variable, .channel, .key: nil
        }
    }

    // MARK: Positions

    /// A problem of a value, with its position if the value is from a file.
    package func diagnostic(_ message: String, hint: String? = nil, about value: Value) -> Diagnostic {
        // The last of several values replaced the others.
        guard let document = entries.last(where: { $0.value == value })?.document else {
            return Diagnostic(.error, message, hint: hint)
        }
        return document.diagnostic(.error, message, hint: hint, at: document.root.mark)
    }

    /// The position of a value that is from a file, as `FILE:LINE:COLUMN`.
    package func position(of value: Value) -> String? {
        guard let document = entries.last(where: { $0.value == value })?.document else { return nil }
        return ([document.name] + (document.root.mark.map { [$0.description] } ?? [])).joined(separator: ":")
    }

    /// A problem with the position of the value that an option set at a path of the template, if that is from a file.
    /// - Parameters:
    ///   - path: the value; nil means the path of the diagnostic.
    ///   - template: the resolved template, in which the items of keyed lists have other indices than in the file; nil
    ///     before they are merged.
    package func located(
        _ diagnostic: Diagnostic, at path: FieldPath? = nil, by option: SubmitOption, in template: JSONValue? = nil
    ) -> Diagnostic {
        guard diagnostic.file == nil, let path = path ?? diagnostic.path,
            let (document, own) = location(of: path, by: option, in: template)
        else { return diagnostic }
        return document.diagnostic(
            diagnostic.severity, diagnostic.message, hint: diagnostic.hint, at: document.mark(at: own),
            path: diagnostic.path)
    }

    /// Where the value at a path of the template was written, if an option read it from a file.
    package func location(
        of path: FieldPath, by option: SubmitOption, in template: JSONValue?
    ) -> (document: Document, path: FieldPath)? {
        guard let plugin else { return nil }
        for entry in entries.reversed() {
            guard let target = Self.target(of: entry.value, plugin), target.option == option,
                path.steps.starts(with: target.path.steps)
            else { continue }
            guard let document = entry.document else { return nil }
            // A text is split into the words of a list, which have no positions of their own.
            if document.root.items == nil, document.root.entries == nil { return (document, FieldPath()) }
            guard let own = ownPath(of: path, below: target.path, document, template, plugin),
                document.node(at: own) != nil
            else { return nil }
            return (document, own)
        }
        return nil
    }

    /// The path in the entry's document. The items of a keyed list are merged with the queue's, so an item is found by
    /// its key.
    private func ownPath(
        of path: FieldPath, below root: FieldPath, _ document: Document, _ template: JSONValue?,
        _ plugin: RunnerPlugin
    ) -> FieldPath? {
        let above = root.steps.count
        let list = plugin.keyedLists.first { path.isBelow($0.key) && $0.key.steps.count >= above }
        guard let template, let (list, key) = list, case .item(let index) = path.steps[list.steps.count] else {
            return FieldPath(Array(path.steps.dropFirst(above)))
        }
        let ownList = FieldPath(Array(list.steps.dropFirst(above)))
        guard let name = template.value(at: list.appending(index: index))?[key],
            let items = document.node(at: ownList)?.items,
            let item = items.indices.first(where: { item in
                document.node(at: ownList.appending(index: item).appending(key))?.jsonValue == name
            })
        else { return nil }
        return FieldPath(ownList.appending(index: item).steps + path.steps.dropFirst(list.steps.count + 1))
    }
}
