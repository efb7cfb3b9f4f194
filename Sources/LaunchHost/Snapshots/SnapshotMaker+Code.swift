/// Snapshots for code channels.
extension SnapshotMaker {
    /// The files with ignore rules, in order of precedence.
    private static let ruleFiles = [".launchignore", ContextRules.fileName]
    /// Git's own data never reaches a job.
    private static let dropped: Set<String> = [".git"]

    /// The file of a folder whose rules apply to its code: the first one that exists.
    static func codeRuleFile(in folder: String) -> String {
        ruleFiles.first { (try? FileSystem.status("\(folder)/\($0)")) != nil } ?? ruleFiles[0]
    }

    /// Makes a snapshot of a folder without a Dockerfile, with the script that starts a command in it.
    ///
    /// Files get the two modes of git, so that a folder and its commit have one digest, regardless of the umask.
    func makeCode(
        of folder: String, origin: String?, as treatment: SnapshotTreatment
    ) throws(LaunchError) -> SourceStore.Snapshot {
        let root = try ContextScan.root(folder)
        let source = try SourceRoot(root)
        var scan = try ContextScan(
            of: folder, ignoring: try rules(in: source, shownAs: folder), dropping: Self.dropped, work: work)
        for index in scan.entries.indices { scan.entries[index].mode = Self.gitMode(of: scan.entries[index]) }
        let pointers = LargeFiles.pointers(among: scan.entries, in: source)
        if case .checkout(let problem) = treatment, !pointers.isEmpty {
            throw LargeFiles.error(pointers, reason: problem, ruleFile: work.limits.ruleFile)
        }
        let tree = CodeTree(scan.entries)
        try tree.refuseProblems(shownAs: folder, ruleFile: work.limits.ruleFile)
        guard !tree.files.isEmpty else {
            throw LaunchError(
                .invalid, "the code folder '\(folder)' has no file.",
                hint: scan.leftOut.isEmpty ? "Name another folder." : "Its ignore rules leave everything out.")
        }
        if let taken = scan.entries.first(where: { CodeChannel.ownFiles.contains($0.path) }) {
            throw LaunchError(
                .invalid,
                "the code folder '\(folder)' has an entry '\(taken.path)', which is the name of a file that is added to "
                    + "the code.", hint: "Rename it, or name it in \(work.limits.ruleFile).")
        }
        // The files are read once: the list and the digest have the same hashes.
        let contents = try ContextDigest(of: scan, work: work).contents
        for index in scan.entries.indices { scan.entries[index].content = contents[index] }
        let listed = CodeTree(scan.entries, contents: contents)
        let list = CodeList(listed.files)
        scan.entries.append(Self.generated(CodeChannel.listFile, list.text))
        scan.entries.append(Self.generated(CodeChannel.startFile, StartScript(listed, list).text))
        scan.entries.sort(by: ContextEntry.precedes)
        let digest = try ContextDigest(of: scan, work: work)
        let isReused = try store.storing { try keep(scan, digest) }
        return SourceStore.Snapshot(
            source: Source.Code(
                snapshot: digest.hex, origin: origin ?? root, dockerfile: "", channel: CodeChannel()),
            entries: scan.entries.count, bytes: scan.bytes, isReused: isReused,
            warnings: scan.warnings + LargeFiles.warnings(pointers, folder: folder), leftOut: scan.leftOut)
    }

    private static func generated(_ path: String, _ text: String) -> ContextEntry {
        var entry = ContextEntry(path: path, kind: .file, mode: 0o644, size: Int64(text.utf8.count))
        entry.generated = [UInt8](text.utf8)
        return entry
    }

    private func rules(in root: SourceRoot, shownAs folder: String) throws(LaunchError) -> DockerIgnore {
        for name in Self.ruleFiles {
            if let rules = try ContextRules.rules(in: name, of: root, shownAs: folder) { return rules }
        }
        return .none
    }
}
