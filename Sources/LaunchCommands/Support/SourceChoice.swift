internal import Console
internal import LaunchHost

/// Turns what a user names as source, a folder or a repository, into what a job or a launch spec holds.
enum SourceChoice {
    /// Keeps the folder as it is now in the source store, and tells how far that is.
    /// - Parameters:
    ///   - dockerfile: its path in the folder; nil is `Dockerfile.wandb`, then `Dockerfile`.
    ///   - limits: what a source may be at most.
    ///   - quiet: says nothing but warnings.
    /// - Throws: `LaunchError` where the folder or its Dockerfile cannot be used or the store cannot be written.
    static func code(
        _ folder: String, dockerfile: String?, home: LaunchHome, limits: SizeLimits, terminal: Terminal, quiet: Bool
    ) async throws -> Source {
        let file = if let dockerfile { dockerfile } else { try DockerfileChoice.find(in: folder) }
        let store = SourceStore(folder: home.sources, limits: limits)
        let snapshot = try await Progress.show("Reading \(folder)", on: terminal, quiet: quiet) { progress in
            try await store.snapshot(of: folder, dockerfile: file) { now in
                progress.update("\(words(now.step)) \(folder)", .bytes(now.bytes))
            }
        }
        for warning in snapshot.warnings { terminal.tell(warning) }
        return .code(snapshot.source)
    }

    /// Asks the repository which commit the version stands for now. The Dockerfile is `Dockerfile` where none is named:
    /// nothing is fetched before the image is built.
    /// - Parameters:
    ///   - version: a branch, a tag or a full commit ID; nil is the default branch.
    ///   - git: how git is called.
    ///   - offline: the repository is not asked.
    /// - Throws: `LaunchError` where the address or the version is wrong or the repository cannot be asked.
    static func git(
        _ url: String, version: String?, dockerfile: String?, git: GitFetch, offline: Bool = false
    ) async throws -> Source {
        let commit = try await git.resolve(url, version: version, offline: offline)
        return .git(
            GitSource(url: url, commit: commit, version: version ?? "HEAD", dockerfile: dockerfile ?? "Dockerfile"))
    }

    private static func words(_ step: SourceProgress.Step) -> String {
        switch step {
        case .scan: "Listing"
        case .hash: "Reading"
        case .copy: "Copying"
        }
    }
}
