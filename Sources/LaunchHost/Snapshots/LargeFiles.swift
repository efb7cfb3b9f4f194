/// Files of Git LFS: the repository contains a pointer, which is a short text, and the content is on another server.
enum LargeFiles {
    /// A pointer has fewer bytes than this.
    private static let largest = 1024
    /// The first lines of pointers, including those of the first versions of Git LFS.
    private static let beginnings = [
        "version https://git-lfs.github.com/spec/", "version https://hawser.github.com/spec/",
    ].map { Array($0.utf8) }

    /// Whether the content of a file is a pointer.
    static func isPointer(_ bytes: [UInt8]) -> Bool {
        guard bytes.count < largest, beginnings.contains(where: { bytes.starts(with: $0) }) else { return false }
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        return lines.contains { $0.starts(with: "oid sha256:".utf8) }
            && lines.contains { $0.starts(with: "size ".utf8) }
    }

    /// The paths of the entries that are pointers.
    static func pointers(among entries: [ContextEntry], in root: SourceRoot) -> [String] {
        entries.filter { entry in
            entry.kind == .file && entry.generated == nil && (60..<Int64(largest)).contains(entry.size)
                && isPointer(entry.path, in: root)
        }.map(\.path)
    }

    /// Whether a file is a pointer; false if it cannot be read.
    static func isPointer(_ path: String, in root: SourceRoot) -> Bool {
        guard let file = try? root.file(path), let bytes = try? file.bytes(limit: largest) else { return false }
        return isPointer(bytes)
    }

    /// Warnings for the submitter of a folder with pointers. Pointers may be intended, so this is not an error.
    static func warnings(_ pointers: [String], folder: String) -> [Diagnostic] {
        guard !pointers.isEmpty else { return [] }
        return [
            Diagnostic(
                .warning, "\(described(pointers)), not the files themselves",
                hint: "Fetch them with 'git lfs pull', and submit again.", file: folder)
        ]
    }

    /// The error for a commit with pointers in its build context. No image may be built from them.
    /// - Parameter reason: why their content could not be fetched; nil if `git-lfs` is not installed.
    static func error(_ pointers: [String], reason: String?, ruleFile: String = ".dockerignore") -> LaunchError {
        LaunchError(
            .invalid,
            "\(described(pointers)), and the content could not be fetched: \(reason ?? "git-lfs is missing").",
            hint: reason == nil
                ? "Install git-lfs on the agent's machine, or name the files in \(ruleFile)."
                : "Try 'git lfs pull' in a clone of the repository, or name the files in \(ruleFile).")
    }

    private static func described(_ pointers: [String]) -> String {
        let names = pointers.prefix(5).map { "'\($0)'" }.joined(separator: ", ")
        let more = pointers.count > 5 ? " and \(pointers.count - 5) more" : ""
        return "\(names)\(more) of the source \(pointers.count == 1 ? "is a pointer" : "are pointers") of Git LFS"
    }
}
