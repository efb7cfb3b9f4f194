internal import LaunchConsole
internal import LaunchHost

/// Makes the source of a job or a launch spec from a folder or a repository that the user names.
enum SourceChoice {
    /// Stores a snapshot of the folder in the source store, with progress output.
    /// - Parameters:
    ///   - dockerfile: Its path in the folder; nil tries `Dockerfile.wandb`, then `Dockerfile`.
    /// - Throws: `LaunchError` if the folder or its Dockerfile is invalid or the store cannot be written.
    static func code(
        _ folder: String, dockerfile: String?, home: LaunchHome, _ context: CommandContext
    ) async throws -> Source {
        let file = try dockerfile ?? chosenDockerfile(in: folder, context)
        let store = SourceStore(folder: home.sources, limits: context.limits)
        let terminal = context.terminal
        let snapshot = try await Progress.show("Reading \(folder)", on: terminal, quiet: context.wantsJSON) {
            progress in
            try await store.snapshot(of: folder, dockerfile: file) { now in
                progress.update("\(words(now.step)) \(folder)", .bytes(now.bytes))
            }
        }
        for warning in snapshot.warnings { terminal.show(warning) }
        return .code(snapshot.source)
    }

    /// The Dockerfile of the folder; empty if it has none and the configuration's builder needs none.
    private static func chosenDockerfile(in folder: String, _ context: CommandContext) throws -> String {
        do {
            return try DockerfileChoice.find(in: folder)
        } catch {
            guard DockerfileChoice.isMissing(in: folder), !context.needsDockerfile else { throw error }
            return ""
        }
    }

    /// Stores a snapshot of the folder for a code channel, with progress output, and says what is left out.
    /// - Throws: `LaunchError` if the folder is invalid or the store cannot be written.
    static func channel(_ folder: String, home: LaunchHome, _ context: CommandContext) async throws -> Source {
        let store = SourceStore(folder: home.sources, limits: context.limits)
        let terminal = context.terminal
        let snapshot = try await Progress.show("Reading \(folder)", on: terminal, quiet: context.wantsJSON) {
            progress in
            try await store.codeSnapshot(of: folder) { now in
                progress.update("\(words(now.step)) \(folder)", .bytes(now.bytes))
            }
        }
        for warning in snapshot.warnings { terminal.show(warning) }
        if !snapshot.leftOut.isEmpty {
            let shown = snapshot.leftOut.prefix(5).joined(separator: ", ")
            let more = snapshot.leftOut.count > 5 ? " and \(snapshot.leftOut.count - 5) more" : ""
            context.note("left out of the code: \(shown)\(more)")
        }
        return .code(snapshot.source)
    }

    /// Sends a snapshot to a store that machines share, with progress output. Does nothing for other sources, and for a
    /// store on this machine.
    /// - Throws: `LaunchError` if the store does not take the source or does not answer.
    static func share(_ source: Source, _ store: Store, _ context: CommandContext) async throws {
        guard case .code(let code) = source, let shared = try context.sharedSources(store) else { return }
        if try await shared.holds(code.snapshot) { return }
        let label = "Sending \(code.origin)"
        try await Progress.show(label, on: context.terminal, quiet: context.wantsJSON) { progress in
            try await shared.send(code.snapshot) { progress.update(label, .bytes($0, of: $1)) }
        }
    }

    /// Resolves the version to a commit of the repository. The default Dockerfile is `Dockerfile`, because nothing is
    /// fetched before the image is built.
    /// - Parameters:
    ///   - version: A branch, a tag or a full commit ID; nil for the default branch.
    ///   - git: Runs git.
    ///   - offline: Does not contact the repository.
    /// - Throws: `LaunchError` if the address or the version is invalid or the repository does not answer.
    static func git(
        _ url: String, version: String?, dockerfile: String?, git: GitFetch, offline: Bool = false
    ) async throws -> Source {
        let commit = try await git.resolve(url, version: version, offline: offline)
        return .git(
            Source.Git(url: url, commit: commit, version: version ?? "HEAD", dockerfile: dockerfile ?? "Dockerfile"))
    }

    private static func words(_ step: SourceProgress.Step) -> String {
        switch step {
        case .scan: "Listing"
        case .hash: "Reading"
        case .copy: "Copying"
        }
    }
}
