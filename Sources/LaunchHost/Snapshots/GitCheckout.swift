internal import Glibc
internal import Synchronization

/// The checkout of one commit: its files, those of its submodules, and the content of files in Git LFS.
final class GitCheckout: Sendable {
    private let command: GitCommand
    private let address: GitAddress
    private let problem = Mutex<String?>(nil)

    /// The maximum depth of nested submodules.
    private static let deepest = 32

    /// Creates a checkout. The command may write to the folder of the checkout.
    init(_ command: GitCommand, of address: GitAddress) {
        self.command = command
        self.address = address
    }

    /// Why the content of a Git LFS file could not be fetched; nil if it was fetched, or if `git-lfs` is not installed.
    var largeFileProblem: String? { problem.withLock { $0 } }

    /// Checks out a commit that was fetched into the folder before.
    func run(_ commit: String, in folder: String) async throws(LaunchError) {
        try await command.run(["checkout", "--quiet", "--detach", commit, "--"], in: folder, for: address)
        try await complete(folder, depth: 0)
    }

    private func complete(_ folder: String, depth: Int) async throws(LaunchError) {
        await fetchLargeFiles(in: folder)
        try goOn()
        let paths = try await submodules(of: folder)
        guard !paths.isEmpty else { return }
        guard depth < Self.deepest else {
            throw LaunchError(.invalid, "the submodules of '\(address.text)' are more than \(Self.deepest) deep.")
        }
        let update = ["--literal-pathspecs", "submodule", "--quiet", "update", "--init"]
        do {
            try await command.run(update + ["--depth=1", "--"] + paths, in: folder, for: address)
        } catch {
            try goOn()
            try await command.run(update + ["--"] + paths, in: folder, for: address)
        }
        for path in paths { try await complete("\(folder)/\(path)", depth: depth + 1) }
    }

    private func goOn() throws(LaunchError) {
        if Task.isCancelled { throw LaunchError(.tryAgain, "fetching the source was cancelled.") }
    }

    // MARK: submodules

    /// The submodules that are in both `.gitmodules` and the commit. A commit of another repository without an entry in
    /// `.gitmodules` has no address; its folder stays empty, as with `git clone`.
    private func submodules(of folder: String) async throws(LaunchError) -> [String] {
        let file = "\(folder)/.gitmodules"
        // A link could point to a file of this machine.
        guard let status = try? FileSystem.status(file), status.st_mode & S_IFMT == S_IFREG else { return [] }
        let list = try await command.run(
            ["config", "--file", file, "--no-includes", "--list", "-z"], in: folder, for: address)
        let declared = list.split(separator: "\0").compactMap { entry -> String? in
            let pair = entry.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2, pair[0].hasPrefix("submodule."), pair[0].hasSuffix(".path"), !pair[1].isEmpty else {
                return nil
            }
            return String(pair[1])
        }
        guard !declared.isEmpty else { return [] }
        let entries = try await command.run(
            ["--literal-pathspecs", "ls-files", "--stage", "-z", "--"] + declared.uniqued, in: folder, for: address)
        return entries.split(separator: "\0").compactMap { entry in
            guard entry.hasPrefix("160000 "), let tab = entry.firstIndex(of: "\t") else { return nil }
            return String(entry[entry.index(after: tab)...])
        }
    }

    // MARK: Git LFS

    /// The configuration of the Git LFS filter, which the user's configuration may lack.
    private static let filter = [
        "filter.lfs.smudge=git-lfs smudge -- %f", "filter.lfs.clean=git-lfs clean -- %f",
        "filter.lfs.process=git-lfs filter-process", "filter.lfs.required=true",
    ].flatMap { ["-c", $0] }

    /// Replaces pointers by their files if `git-lfs` is installed. The snapshot refuses the remaining pointers only if
    /// they are in the build context.
    private func fetchLargeFiles(in folder: String) async {
        do throws(LaunchError) {
            let list = try await command.run(["ls-files", "-z", "--", ":(attr:filter=lfs)"], in: folder, for: address)
            let root = try SourceRoot(folder)
            guard list.split(separator: "\0").contains(where: { LargeFiles.isPointer(String($0), in: root) }) else {
                return
            }
            guard (try? await command.run(["lfs", "version"], in: folder, for: address)) != nil else { return }
            try await command.run(Self.filter + ["lfs", "pull"], in: folder, for: address)
        } catch {
            problem.withLock { $0 = $0 ?? error.message }
        }
    }
}
