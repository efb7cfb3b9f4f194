internal import FoundationEssentials
internal import LaunchConsole
internal import LaunchHost

/// A file of W&B Launch as a file of this program.
struct ImportedFile {
    /// What the file is.
    enum Kind: String {
        case config, queue, job
    }

    let kind: Kind
    /// The original file, as the user named it.
    let origin: String
    /// The path of the new file below the folder of all.
    let place: String
    let text: String
    /// What was left out or changed.
    let notes: [Diagnostic]

    /// Reads and converts files. All errors of all files are reported together.
    /// - Throws: `LaunchError` of kind `.invalid`.
    static func read(_ paths: [String], _ context: CommandContext) throws -> [ImportedFile] {
        var files: [ImportedFile] = []
        var diagnostics: [Diagnostic] = []
        for path in paths {
            do {
                let file = try ImportedFile(path, context)
                if let other = files.first(where: { $0.place == file.place }) {
                    diagnostics.append(
                        Diagnostic(
                            .error, "\(path) and \(other.origin) would both become \(file.place)",
                            hint: "import them one by one, with --name"))
                }
                files.append(file)
            } catch let error as LaunchError {
                diagnostics +=
                    error.diagnostics.isEmpty
                    ? [Diagnostic(.error, error.message, hint: error.hint)] : error.diagnostics
            }
        }
        let errors = diagnostics.count { $0.severity == .error }
        guard errors == 0 else {
            throw LaunchError(
                .invalid, "\(Wording.count(errors, "error")), so nothing was written.", diagnostics: diagnostics)
        }
        return files
    }

    private init(_ path: String, _ context: CommandContext) throws {
        let file = try Document(reading: path, kind: .invalid)
        try file.refuseNoValue(.invalid, hint: "The file of W&B has keys.")
        let (document, chart) = try Self.inner(of: file)
        origin = document.name
        let name = context.arguments.string("name") ?? Self.name(of: path)
        kind = file.root.entry(Self.chartKey) == nil ? Self.kind(of: document.root) : .config
        switch kind {
        case .config:
            let file = try WandbImport(config: document, catalog: context.catalog)
            (place, text, notes) = ("launch-config.yaml", try file.text(), chart + file.notes)
        case .queue:
            let (file, target) = try WandbImport.queue(
                document, name: name, resource: context.arguments.string("resource"), catalog: context.catalog)
            try Names.check(target.name, of: "queue")
            (place, text, notes) = ("queues/\(target.name).yaml", try file.text(), file.notes)
        case .job:
            let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
            let job = try WandbJob(
                document, hasPatch: FileManager.default.fileExists(atPath: "\(folder)/\(WandbJob.patch)"))
            try Names.check(name, of: "job")
            (place, text, notes) = ("jobs/\(name).yaml", try job.text(document.name), job.notes)
        }
    }

    /// The key of the values of W&B's chart for Helm that has the text of a configuration.
    private static let chartKey = "launchConfig"

    /// The configuration in the values of W&B's chart, with a note on the other values; otherwise the file itself.
    private static func inner(of file: Document) throws(LaunchError) -> (Document, [Diagnostic]) {
        guard let entry = file.root.entry(chartKey), let text = entry.value.jsonValue.stringValue else {
            return (file, [])
        }
        let inner = try Document(text: text, name: "\(file.name) (\(chartKey))", kind: .invalid)
        try inner.refuseNoValue(.invalid, hint: "Import the configuration of the agent itself.")
        let others = (file.root.entries ?? []).map(\.key).filter { $0 != chartKey }
        guard !others.isEmpty else { return (inner, []) }
        let note = file.diagnostic(
            .warning, "the other values of W&B's chart are left out: \(Wording.all(others))",
            hint: "the file values.yaml of this program's chart, in deploy/helm, has the values that it knows",
            at: entry.keyMark)
        return (inner, [note])
    }

    /// A job has a source, a configuration has a block or a key of the agent, and anything else is a queue.
    private static func kind(of root: ConfigNode) -> Kind {
        func has(_ keys: [String]) -> Bool { keys.contains { root.entry($0) != nil } }
        if has(["source_type"]) { return .job }
        if has(["config", "resource_args", "defaultResourceConfig"]) { return .queue }
        let ofAgent = [
            "max_jobs", "queues", "max_schedulers", "secure_mode", "base_url", "stopped_run_timeout", "verbosity",
        ]
        // A template may have a key of the same name, but not with a type.
        let hasBlock = Role.allCases.contains { root.entry($0.rawValue)?.value.entry("type") != nil }
        return has(ofAgent) || hasBlock ? .config : .queue
    }

    /// The name of the file, or of the folder of a `wandb-job.json`, in the characters of names.
    private static func name(of path: String) -> String {
        let parts = path.split(separator: "/").map(String.init)
        let file = parts.last ?? "queue"
        let stem = file == "wandb-job.json" ? parts.dropLast().last ?? "job" : file
        let bare = stem.split(separator: ".").first.map(String.init) ?? stem
        let safe = bare.map { $0.isASCII && ($0.isLetter || $0.isNumber || "_-".contains($0)) ? $0 : "-" }
        return String(String(safe).drop { "_-".contains($0) }.prefix(64))
    }
}
