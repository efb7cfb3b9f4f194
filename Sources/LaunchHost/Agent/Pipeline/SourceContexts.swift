/// Provides the context folders of the image stage: snapshots of the source store, and commits that are fetched into
/// it.
public struct SourceContexts: ContextProvider {
    private let store: SourceStore
    private let git: GitFetch
    private let shared: SharedSources?

    public init(store: SourceStore, git: GitFetch = GitFetch()) {
        self.init(store: store, git: git, shared: nil)
    }

    /// - Parameter shared: the sources of other machines; nil if there are none.
    package init(store: SourceStore, git: GitFetch, shared: SharedSources?) {
        self.store = store
        self.git = git
        self.shared = shared
    }

    /// The context of a source; nil for an image, and for a commit or a snapshot that must not be fetched.
    public func context(of source: Source, fetching: Bool) async throws(BackendError) -> SourceContext? {
        do throws(LaunchError) {
            switch source {
            case .image, .template, .algorithm, .noImage:
                return nil
            case .code(let code):
                return try await context(of: code.snapshot, fetching: fetching)
            case .git(let commit):
                guard fetching else { return nil }
                let fetched = try await git.fetch(
                    commit.url, commit: commit.commit, dockerfile: commit.dockerfile, into: store)
                let snapshot = fetched.source.snapshot
                return SourceContext(folder: try await store.context(of: snapshot), digest: snapshot)
            }
        } catch {
            throw BackendError(error)
        }
    }

    public func code(of source: Source, fetching: Bool) async throws(BackendError) -> CodeFolder? {
        guard source.channel != nil else { return nil }
        do throws(LaunchError) {
            switch source {
            case .image, .template, .algorithm, .noImage: return nil
            case .code(let code):
                if let folder = try? await store.codeFolder(of: code.snapshot) { return folder }
                guard let shared else { return try await store.codeFolder(of: code.snapshot) }
                guard fetching else { return nil }
                try await shared.fetch(code.snapshot)
                return try await store.codeFolder(of: code.snapshot)
            case .git(let commit):
                guard fetching else { return nil }
                let fetched = try await git.fetch(commit.url, commit: commit.commit, isCode: true, into: store)
                return try await store.codeFolder(of: fetched.source.snapshot)
            }
        } catch {
            throw BackendError(error)
        }
    }

    private func context(of snapshot: String, fetching: Bool) async throws(LaunchError) -> SourceContext? {
        if let shared {
            if let folder = try? await store.context(of: snapshot) {
                return SourceContext(folder: folder, digest: snapshot)
            }
            guard fetching else { return nil }
            try await shared.fetch(snapshot)
        }
        return SourceContext(folder: try await store.context(of: snapshot), digest: snapshot)
    }
}

extension BackendError {
    /// Converts an error of a command to an error of a run.
    public init(_ error: LaunchError) {
        let category: Category =
            switch error.kind {
            case .usage, .invalid, .configuration: .invalid
            case .unavailable: .unavailable
            case .tryAgain: .transient
            case .denied: .denied
            case .internalFault: .internalFault
            }
        let details = error.diagnostics.map { DiagnosticRenderer().render($0) }
        self.init(category, ([error.message] + details).joined(separator: "\n"), hint: error.hint)
    }
}
