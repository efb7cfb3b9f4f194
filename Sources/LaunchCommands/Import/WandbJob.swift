internal import LaunchConsole
internal import LaunchHost

/// The file `wandb-job.json` of a job of W&B as a spec for `launch submit --spec`.
struct WandbJob {
    /// The members of the spec, in the order of the file.
    private(set) var members: [(key: String, value: JSONValue)] = []
    private(set) var notes: [Diagnostic] = []
    private let document: Document

    /// The file of changes that were not committed, beside the file of the job.
    static let patch = "diff.patch"

    /// - Parameter hasPatch: whether the job has changes that are in no commit.
    /// - Throws: `LaunchError` of kind `.invalid` with a position if the job cannot be run here.
    init(_ document: Document, hasPatch: Bool) throws(LaunchError) {
        self.document = document
        guard document.problems.isEmpty else { throw Self.refusal(document, document.problems) }
        let root = document.root
        guard let source = root.entry("source"), let kind = root.entry("source_type")?.value.jsonValue.stringValue
        else {
            throw refusal("the job has no \"source\" and \"source_type\"", "download it again", at: root.mark)
        }
        let reader = source.value
        let base = text("base_image", reader)
        switch kind {
        case "image":
            guard let image = text("image", reader) else {
                throw refusal("the source of the job names no image", nil, at: source.keyMark)
            }
            members.append(("image", .string(image)))
        case "repo":
            guard let git = reader.entry("git"), let remote = text("remote", git.value) else {
                throw refusal("the source of the job names no git repository", nil, at: source.keyMark)
            }
            members.append(("git", .string(remote)))
            if let commit = text("commit", git.value) { members.append(("git_version", .string(commit))) }
            if hasPatch {
                note(
                    "the changes in \(Self.patch) are not applied",
                    "commit them, and name the commit as git_version", at: git.keyMark)
            }
            if let base { members += [("image", .string(base)), ("code_channel", .bool(true))] }
        case "artifact":
            members.append((base == nil ? "source" : "code", .string("code")))
            if let base { members.append(("image", .string(base))) }
            note(
                "the code is an artifact of W&B, \(Wording.quoted(text("artifact", reader) ?? "")), and is not downloaded",
                "download it to the folder 'code' beside the spec: wandb artifact get NAME --root code",
                at: reader.entry("artifact")?.keyMark ?? source.keyMark)
        default:
            throw refusal(
                "unknown source_type \(Wording.quoted(kind))", "known: image, repo, artifact",
                at: root.entry("source_type")?.value.mark)
        }
        readEntryPoint(reader)
        noteRest(reader, hasImage: kind == "image" || base != nil)
    }

    /// The text of the spec.
    func text(_ origin: String) throws -> String {
        let entries = members.map { ConfigNode.Entry($0.key, ConfigNode($0.value)) }
        let notes = notes.map { note in
            "# \(Wording.visible("\(note.file ?? ""):\(note.line ?? 1): \(note.message)"))\n"
        }
        let text = "# Written by 'launch import wandb'.\n" + notes.joined() + ConfigNode(.mapping(entries)).yaml
        _ = try SpecFile.options(of: try Document(text: text, name: origin, kind: .invalid))
        return text
    }

    private mutating func readEntryPoint(_ source: ConfigNode) {
        guard let entry = source.entry("entrypoint"), !entry.value.isNull else { return }
        let words = entry.value.items?.compactMap { $0.jsonValue.stringValue } ?? []
        guard !words.isEmpty, words.count == entry.value.items?.count else {
            return note(
                "\"entrypoint\" is not a list of words, and is left out", "write entry_point", at: entry.keyMark)
        }
        members.append(("entry_point", .array(words.map { .string($0) })))
    }

    /// The keys without a meaning here.
    private mutating func noteRest(_ source: ConfigNode, hasImage: Bool) {
        let root = document.root
        if let file = source.entry("dockerfile"), let path = file.value.jsonValue.stringValue {
            if hasImage {
                note("\"dockerfile\" is left out, because the job has an image", nil, at: file.keyMark)
            } else {
                members.append(("dockerfile", .string(path)))
            }
        }
        let hints: [(ConfigNode, String, String)] = [
            (source, "notebook", "convert it to a script: jupyter nbconvert --to script"),
            (source, "build_context", "the context is the whole source; name the Dockerfile by its path in it"),
            (root, "services", "a run has one container program; start a service in its image"),
            (root, "runtime", "the image decides the version of Python: launch init DIR --base-image python:3.12-slim"),
            (root, "input_types", "a queue's template_variables check the values of a submit"),
            (root, "output_types", "the metrics of a queue's file name the values of a run"),
        ]
        for (node, key, hint) in hints {
            guard let entry = node.entry(key), !entry.value.isNull,
                ![.bool(false), .object([:]), .array([])].contains(entry.value.jsonValue)
            else { continue }
            note("\"\(key)\" is left out", hint, at: entry.keyMark)
        }
        let known: Set = [
            "_version", "source_type", "source", "services", "runtime", "input_types", "output_types", "_partial",
        ]
        let ofSource: Set = [
            "git", "entrypoint", "notebook", "build_context", "dockerfile", "base_image", "image", "artifact",
        ]
        for entry in root.entries ?? [] where !known.contains(entry.key) {
            note("\(Wording.quoted(entry.key)) is left out", nil, at: entry.keyMark)
        }
        for entry in source.entries ?? [] where !ofSource.contains(entry.key) {
            note("\(Wording.quoted("source.\(entry.key)")) is left out", nil, at: entry.keyMark)
        }
    }

    private func text(_ key: String, _ node: ConfigNode) -> String? {
        node.entry(key)?.value.jsonValue.stringValue.flatMap { $0.isEmpty ? nil : $0 }
    }

    private mutating func note(_ message: String, _ hint: String?, at mark: Mark?) {
        notes.append(document.diagnostic(.warning, message, hint: hint, at: mark))
    }

    private func refusal(_ message: String, _ hint: String?, at mark: Mark?) -> LaunchError {
        Self.refusal(document, [document.diagnostic(.error, message, hint: hint, at: mark ?? document.root.mark)])
    }

    private static func refusal(_ document: Document, _ diagnostics: [Diagnostic]) -> LaunchError {
        LaunchError(
            .invalid, "\(document.name) has \(Wording.count(diagnostics.count, "error")), so nothing was written.",
            diagnostics: diagnostics)
    }
}
