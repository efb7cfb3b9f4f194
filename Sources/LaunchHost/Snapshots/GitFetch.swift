internal import FoundationEssentials

/// Fetches a commit of a git repository into the source store, with the installed `git` and the user's credentials.
public struct GitFetch: Sendable {
    private var command: GitCommand

    /// - Parameters:
    ///   - git: the program: a name to look up on the PATH, or a path.
    ///   - variables: environment variables that take precedence over those of this process. Git gets only those that
    ///     it needs.
    ///   - limit: the time limit of one call of git.
    ///   - isConfined: whether git is restricted to the files that it needs, if the kernel supports it.
    ///   - helperVariables: the names of more variables that git gets, for the credential helpers of its user.
    public init(
        git: String = "git", setting variables: [String: String] = [:], limit: Duration = .seconds(900),
        isConfined: Bool = true, helperVariables: Set<String> = []
    ) {
        command = GitCommand(
            program: git, variables: variables, limit: limit, isConfined: isConfined, helperVariables: helperVariables)
    }

    /// The full commit ID of a branch, a tag, a full reference or a full commit ID.
    /// - Parameters:
    ///   - version: nil for the default branch.
    ///   - offline: whether to work without a query to the repository. Only a full commit ID is then accepted.
    /// - Throws: `.invalid` for an address or a version that does not exist or cannot be resolved offline; `.denied`,
    ///   `.unavailable` or `.tryAgain` if the repository cannot be queried.
    public func resolve(
        _ url: String, version: String? = nil, offline: Bool = false
    ) async throws(LaunchError) -> String {
        let address = try GitAddress(url)
        let version = version.flatMap { $0.isEmpty ? nil : $0 }
        if let version, version.hasPrefix("-") || version.contains(where: \.isWhitespace) {
            throw LaunchError(.invalid, "'\(version)' is not the name of a branch, a tag or a commit.")
        }
        // Only a fetch shows whether the repository has the commit.
        if let version, GitReferences.isCommit(version) { return version.lowercased() }
        guard !offline else {
            throw LaunchError(
                .invalid,
                "The commit of \(version ?? "the default branch") in \(address.text) cannot be determined offline.",
                hint: "Give the full commit ID with --git-version.")
        }
        let answer = try await command.run(["ls-remote", "--", address.text], for: address)
        return try GitReferences(parsing: answer).commit(of: version, in: address.text)
    }

    /// Fetches exactly this commit with its submodules, and stores its files as a snapshot.
    /// - Parameters:
    ///   - commit: the full ID.
    ///   - dockerfile: the Dockerfile's path in the repository.
    ///   - isCode: whether the snapshot is for a code channel, and needs no Dockerfile.
    ///   - progress: gets the progress of the snapshot for larger trees; called on another thread.
    /// - Throws: the errors of `resolve` and `SourceStore.snapshot`.
    public func fetch(
        _ url: String, commit: String, dockerfile: String = "Dockerfile", isCode: Bool = false,
        into store: SourceStore,
        progress: @escaping @Sendable (SourceProgress) -> Void = { _ in }
    ) async throws(LaunchError) -> SourceStore.Snapshot {
        let address = try GitAddress(url)
        guard GitReferences.isCommit(commit) else {
            throw LaunchError(.invalid, "'\(commit)' is not a full commit ID of 40 hex digits.")
        }
        let staging = try StagingFolder(for: store)
        // The checkout is removed when its owner is destroyed.
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
                of: checkout, dockerfile: isCode ? nil : dockerfile, origin: "\(address.text)@\(commit.lowercased())",
                as: .checkout(largeFiles: work.largeFileProblem), progress: progress)
        } catch {
            // The user knows the repository, not the folder.
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
        // The remote needs a name, because submodules may have addresses relative to it.
        try await command.run(["remote", "add", "--", "origin", address.text], in: folder, for: address)
        do {
            try await command.run(
                ["fetch", "--quiet", "--depth=1", "--no-tags", "--", "origin", commit], in: folder, for: address)
        } catch {
            try Task.checkStillWanted()
            try await fetchWhole(address, commit, in: folder, first: error)
        }
    }

    /// For servers that serve only branches and tags: fetches all of them; the commit must be among them.
    private func fetchWhole(
        _ address: GitAddress, _ commit: String, in folder: String, first: LaunchError
    ) async throws(LaunchError) {
        // If git could not reach the server at all, a second fetch would fail too.
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
