internal import FoundationEssentials
internal import Glibc
internal import LaunchConsole
internal import LaunchHost

/// The files of queues that a user names, read and checked. All errors of all files are reported together.
struct QueueFiles {
    /// A checked file.
    struct File {
        /// The file as the user named it.
        let path: String
        /// The queue as the file describes it.
        let definition: QueueDefinition
    }

    private let context: CommandContext
    private let stored: [String: QueueRecord]
    private var files: [File] = []
    private var diagnostics: [Diagnostic] = []
    /// The file of each queue.
    private var paths: [String: String] = [:]

    /// - Parameter stored: the queues of the store by name, for files that do not say their resource.
    private init(context: CommandContext, stored: [String: QueueRecord]) {
        (self.context, self.stored) = (context, stored)
    }

    /// Reads files and folders. Of a folder, these are the files that end in `.yaml`, `.yml` or `.json`, in the order of
    /// their names; files that begin with a dot, and folders in it, are left out.
    /// - Throws: `LaunchError` of kind `.invalid` with the errors of all files.
    static func read(
        _ named: [String], _ context: CommandContext, stored: [String: QueueRecord]
    ) throws -> [File] {
        var reader = QueueFiles(context: context, stored: stored)
        var read = 0
        for path in try named.flatMap({ try Self.paths(at: $0) }) {
            reader.read(path)
            read += 1
        }
        let errors = reader.diagnostics.count { $0.severity == .error }
        guard errors == 0 else {
            throw LaunchError(
                .invalid,
                "\(read == 1 ? "The file has" : "The \(read) files have") \(Wording.count(errors, "error")), so nothing "
                    + "was changed.", diagnostics: reader.diagnostics)
        }
        return reader.files
    }

    private static func paths(at path: String) throws(LaunchError) -> [String] {
        var isFolder = false
        guard !StandardInput.isNamed(by: path), FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
            isFolder
        else { return [path] }
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: path) } catch {
            throw LaunchError(.invalid, "The folder '\(path)' cannot be read: \(error)")
        }
        let chosen = names.filter { name in
            !name.hasPrefix(".") && [".yaml", ".yml", ".json"].contains { name.hasSuffix($0) }
        }.sorted()
        // With --prune, an empty folder would delete all queues.
        guard !chosen.isEmpty else {
            throw LaunchError(
                .invalid, "The folder '\(path)' has no file that ends in .yaml, .yml or .json.",
                hint: "'launch queue export --to DIR' writes the files of the queues that exist.")
        }
        let paths = chosen.map { path.hasSuffix("/") ? path + $0 : "\(path)/\($0)" }
        try refuseLinksOut(of: path, paths)
        return paths
    }

    /// A message shows lines of a file. A link in a folder that others may change, such as one of a pull request, must not
    /// show a file that only this user can read.
    private static func refuseLinksOut(of folder: String, _ paths: [String]) throws(LaunchError) {
        guard let top = resolved(folder) else { return }
        let outside = paths.filter { path in
            // A link that leads nowhere gets the message of a file that cannot be read.
            resolved(path).map { !$0.hasPrefix(top == "/" ? top : "\(top)/") } ?? false
        }
        guard !outside.isEmpty else { return }
        throw LaunchError(
            .invalid,
            "The folder '\(folder)' has \(Wording.count(outside.count, "link")) to files outside of it: "
                + "\(Wording.all(outside)).",
            hint: "Name the files themselves with -f, or put copies into the folder.")
    }

    /// The path without links; nil if it cannot be resolved.
    private static func resolved(_ path: String) -> String? {
        guard let text = realpath(path, nil) else { return nil }
        defer { free(text) }
        return String(cString: text)
    }

    private mutating func read(_ path: String) {
        do {
            let document = try Document(reading: path, kind: .invalid)
            try document.refuseNoValue(.invalid, hint: "For a queue whose template has no keys, write {}.")
            if !StandardInput.isNamed(by: path) { context.warnIfOthersCanChange(path) }
            guard let name = name(of: document, path), let runner = runner(of: name, document) else { return }
            if let other = paths[name] {
                return note(
                    "the queue \(Wording.quoted(name)) is in \(other) too", "keep one of them", "queue", document)
            }
            paths[name] = path
            let definition = try QueueText(context: context, runner: runner).definition(
                of: name, document, fileName: StandardInput.isNamed(by: path) ? nil : path)
            files.append(File(path: document.name, definition: definition))
        } catch let error as LaunchError {
            diagnostics +=
                error.diagnostics.isEmpty ? [Diagnostic(.error, error.message, hint: error.hint)] : error.diagnostics
        } catch {
            diagnostics.append(Diagnostic(.error, "\(path): \(error)"))
        }
    }

    /// The name of the key `queue`, otherwise of the file.
    private mutating func name(of document: Document, _ path: String) -> String? {
        let named = document.root.entry("queue")?.value.jsonValue
        if named == nil, StandardInput.isNamed(by: path) {
            note("standard input does not say which queue it is for", "add queue: NAME", nil, document)
            return nil
        }
        let file = path.split(separator: "/").last.map { $0.split(separator: ".", maxSplits: .max).dropLast() }
        let name = named == nil ? file?.joined(separator: ".") ?? "" : named?.stringValue ?? ""
        do throws(StoreError) { try Names.check(name, of: "queue") } catch {
            // A wrong name and a value that is not text get one message each.
            guard named == nil || named?.stringValue != nil else {
                note("\"queue\" must be the name of a queue, as text", "put it in quotes", "queue", document)
                return nil
            }
            let hint = named == nil ? "add queue: NAME, or rename the file" : error.hint
            note("\(Wording.quoted(name)) cannot be the name of a queue", hint, "queue", document)
            return nil
        }
        return name
    }

    /// The runner of the key `resource`, otherwise of the stored queue.
    private mutating func runner(of name: String, _ document: Document) -> RunnerPlugin? {
        let old = stored[name]?.definition.resource
        guard let value = document.root.entry("resource")?.value.jsonValue ?? old.map({ .string($0) }) else {
            note(
                "the file does not say the resource of the new queue \(Wording.quoted(name))",
                "add resource: TYPE; known: \(context.catalog.runners.map(\.base.type).joined(separator: ", "))", nil,
                document)
            return nil
        }
        let runner: RunnerPlugin
        do throws(LaunchError) { runner = try context.catalog.knownRunner(value.stringValue ?? "") } catch {
            note(error.message, error.hint, "resource", document)
            return nil
        }
        if let old, old != runner.base.type {
            note(
                "the queue \(Wording.quoted(name)) is of resource \"\(old)\", which cannot become \"\(runner.base.type)\"",
                "give the queue of this file another name, or delete the old one: launch queue delete \(name)",
                "resource", document)
            return nil
        }
        return runner
    }

    private mutating func note(_ message: String, _ hint: String?, _ key: String?, _ document: Document) {
        let path = FieldPath(key.map { [.member($0)] } ?? [])
        let mark = document.mark(at: path) ?? Mark(line: 1, column: 1)
        diagnostics.append(document.diagnostic(.error, message, hint: hint, at: mark, path: path))
    }
}
