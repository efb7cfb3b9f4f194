internal import FoundationEssentials

/// Gets a commit of a git repository into the source store, with the `git` of the machine and its user's credentials.
public struct GitFetch: Sendable {
    private var command: GitCommand

    /// - Parameters:
    ///   - git: the program: a name to be found on the PATH, or a path.
    ///   - variables: go before those of this process. Git gets what it needs of both, and no others.
    ///   - limit: how long one call of git may take.
    ///   - isConfined: whether git is kept from files that its work does not need, where the kernel can do that.
    public init(
        git: String = "git", setting variables: [String: String] = [:], limit: Duration = .seconds(900),
        isConfined: Bool = true
    ) {
        command = GitCommand(program: git, variables: variables, limit: limit, isConfined: isConfined)
    }

    /// The full commit ID that a branch, a tag, a full reference or a full commit ID stands for.
    /// - Parameters:
    ///   - version: nil for the default branch.
    ///   - offline: the repository is not asked; then only a full commit ID stands for itself.
    /// - Throws: `.invalid` for an address or a version that does not exist, or that cannot be told offline; `.denied`,
    ///   `.unavailable` or `.tryAgain` where the repository cannot be asked.
    public func resolve(
        _ url: String, version: String? = nil, offline: Bool = false
    ) async throws(LaunchError) -> String {
        let address = try GitAddress(url)
        let version = version.flatMap { $0.isEmpty ? nil : $0 }
        if let version, version.hasPrefix("-") || version.contains(where: \.isWhitespace) {
            throw LaunchError(.invalid, "'\(version)' is not the name of a branch, a tag or a commit.")
        }
        // Only a fetch can tell whether the repository has the commit.
        if let version, GitReferences.isCommit(version) { return version.lowercased() }
        guard !offline else {
            throw LaunchError(
                .invalid,
                "Offline it cannot be told which commit \(version ?? "the default branch") of \(address.text) is.",
                hint: "Give the full commit ID with --git-version.")
        }
        let answer = try await command.run(["ls-remote", "--", address.text], for: address)
        return try GitReferences(parsing: answer).commit(of: version, in: address.text)
    }

    /// Fetches exactly that commit with its submodules, and keeps its files as a snapshot.
    /// - Parameters:
    ///   - commit: the full ID.
    ///   - dockerfile: the Dockerfile's path in the repository.
    ///   - progress: told of bigger trees how far the snapshot is; called from another thread.
    /// - Throws: what `resolve` and `SourceStore.snapshot` throw.
    public func fetch(
        _ url: String, commit: String, dockerfile: String = "Dockerfile", into store: SourceStore,
        progress: @escaping @Sendable (SourceProgress) -> Void = { _ in }
    ) async throws(LaunchError) -> SourceStore.Snapshot {
        let address = try GitAddress(url)
        guard GitReferences.isCommit(commit) else {
            throw LaunchError(.invalid, "'\(commit)' is not a full commit ID of 40 hex digits.")
        }
        let staging = try StagingFolder(for: store)
        // The checkout goes when its owner does.
        defer { extendLifetime(staging) }
        let checkout = "\(staging.path)/checkout"
        var staged = self
        staged.command = command.working(in: staging.path)
        let (wanted, fetch) = (commit.lowercased(), staged)
        let work = GitCheckout(staged.command, of: address)
        try await CheckoutSpace(folder: staging.path, limits: store.limits).watch { () async throws(LaunchError) in
            try await fetch.getCommit(address, wanted, into: checkout)
            try await work.run(wanted, in: checkout)
        }
        do throws(LaunchError) {
            return try await store.snapshot(
                of: checkout, dockerfile: dockerfile, origin: "\(address.text)@\(commit.lowercased())",
                as: .checkout(largeFiles: work.largeFileProblem), progress: progress)
        } catch {
            // The folder means nothing to the user, the repository does.
            var shown = error
            let origin = "\(address.text)@\(commit.prefix(12).lowercased())"
            shown.message = error.message.replacing(checkout, with: origin)
            for index in shown.diagnostics.indices {
                shown.diagnostics[index].file = shown.diagnostics[index].file?.replacing(checkout, with: origin)
            }
            throw shown
        }
    }

    private func getCommit(_ address: GitAddress, _ commit: String, into folder: String) async throws(LaunchError) {
        let format = commit.utf8.count == 64 ? "sha256" : "sha1"
        try await command.run(
            ["init", "--quiet", "--template=", "--object-format=\(format)", "--", folder], for: address)
        // A remote with a name: submodules may be named relative to it.
        try await command.run(["remote", "add", "--", "origin", address.text], in: folder, for: address)
        do {
            try await command.run(
                ["fetch", "--quiet", "--depth=1", "--no-tags", "--", "origin", commit], in: folder, for: address)
        } catch {
            try Task.checkStillWanted()
            try await fetchWhole(address, commit, in: folder, first: error)
        }
    }

    /// For servers that hand out branches and tags only: all of them, and then the commit must be there.
    private func fetchWhole(
        _ address: GitAddress, _ commit: String, in folder: String, first: LaunchError
    ) async throws(LaunchError) {
        // What kept git from talking to the server at all would keep it again.
        guard first.kind == .invalid else { throw first }
        try await command.run(
            ["fetch", "--quiet", "--tags", "--", "origin", "+refs/heads/*:refs/remotes/origin/*"], in: folder,
            for: address)
        do {
            try await command.run(["cat-file", "-e", "\(commit)^{commit}"], in: folder, for: address)
        } catch {
            guard error.kind == .invalid else { throw error }
            throw LaunchError(
                .invalid, "the repository '\(address.text)' has no commit \(commit) in any of its branches and tags.",
                hint: "Was it pushed?")
        }
    }
}

extension Task where Success == Never, Failure == Never {
    fileprivate static func checkStillWanted() throws(LaunchError) {
        if isCancelled { throw LaunchError(.tryAgain, "fetching the source was cancelled.") }
    }
}
