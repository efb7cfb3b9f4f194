internal import Glibc

/// Stores the sources of builds: the content of each folder once, under the name of its digest.
///
/// A snapshot is made in a staging folder and moved to its final name atomically. So every folder with a digest as its
/// name is complete, even if ten processes store the same content at once or the program is killed.
public struct SourceStore: Sendable {
    /// The folder of the store. It is created with the first snapshot.
    public let folder: String
    /// The limits of a source.
    let limits: SourceLimits

    /// Creates a store in the folder.
    /// - Parameters:
    ///   - folder: an absolute path.
    ///   - limits: the limits of a source.
    package init(folder: String, limits: SourceLimits = SourceLimits()) {
        self.folder = folder
        self.limits = limits
    }

    /// A stored snapshot with its warnings.
    public struct Snapshot: Sendable, Hashable {
        /// The source as the launch spec contains it.
        public var source: Source.Code
        /// The number of files, folders and links.
        public var entries: Int
        /// The size of all files, in bytes.
        public var bytes: Int64
        /// Whether the store already contained the content.
        public var isReused: Bool
        /// Warnings for the user.
        public var warnings: [Diagnostic]
        /// What the ignore rules left out, sorted; a folder counts as one. Empty for the context of a build.
        public var leftOut: [String] = []
    }

    /// Stores the present content of a folder, after its `.dockerignore`.
    /// - Parameters:
    ///   - source: the folder.
    ///   - dockerfile: the Dockerfile's path in the folder. An absolute path must be inside the folder. Empty for a source
    ///     without one, which some builders take.
    ///   - origin: a description of the source for people; nil means the path of the folder.
    ///   - progress: gets the progress for larger trees; called on another thread.
    /// - Throws: `.invalid` if the folder, the Dockerfile or the rules cannot be used, `.denied` if something cannot be
    ///   read, `.tryAgain` if the files keep changing, `.unavailable` if the store cannot be written.
    public func snapshot(
        of source: String, dockerfile: String = "Dockerfile", origin: String? = nil,
        progress: @escaping @Sendable (SourceProgress) -> Void = { _ in }
    ) async throws(LaunchError) -> Snapshot {
        try await snapshot(of: source, dockerfile: dockerfile, origin: origin, as: .found, progress: progress)
    }

    /// Stores the present content of a folder for a code channel, after its `.launchignore` or `.dockerignore` and
    /// without `.git`. The snapshot has one more file, `CodeChannel.startFile`.
    /// - Parameters:
    ///   - source: the folder.
    ///   - progress: gets the progress for larger trees; called on another thread.
    /// - Throws: as `snapshot`; `.invalid` also with every entry that cannot be an object.
    public func codeSnapshot(
        of source: String, progress: @escaping @Sendable (SourceProgress) -> Void = { _ in }
    ) async throws(LaunchError) -> Snapshot {
        try await snapshot(of: source, dockerfile: nil, origin: nil, as: .found, progress: progress)
    }

    /// The files of a code snapshot, after a check that all its bytes are unchanged.
    /// - Throws: `.unavailable` if the store does not have the snapshot, or the snapshot is damaged; `.invalid` if it is
    ///   not a code snapshot.
    public func codeFolder(of snapshot: String) async throws(LaunchError) -> CodeFolder {
        let folder = try present(snapshot)
        return try await SourceWork.run { work throws(LaunchError) in
            let scan = try ContextScan(of: folder, ignoring: .none, work: work)
            let digest = try ContextDigest(of: scan, work: work)
            guard digest.hex == snapshot else { throw Self.changed(folder) }
            let tree = CodeTree(scan.entries, contents: digest.contents)
            try tree.refuseProblems(shownAs: folder)
            guard tree.files.contains(where: { $0.path == CodeChannel.startFile }) else {
                throw LaunchError(
                    .invalid, "the source snapshot \(snapshot.prefix(12)) was not made for a code channel.",
                    hint: "Submit the folder again with --code.")
            }
            return CodeFolder(folder: folder, digest: snapshot, files: tree.files)
        }
    }

    /// Creates a store in the folder with the limits of the configuration.
    /// - Parameter folder: an absolute path.
    package init(folder: String, limits: SizeLimits) {
        self.init(folder: folder, limits: SourceLimits(bytes: limits.sourceBytes))
    }

    func snapshot(
        of source: String, dockerfile: String?, origin: String?, as treatment: SnapshotTreatment,
        progress: @escaping @Sendable (SourceProgress) -> Void
    ) async throws(LaunchError) -> Snapshot {
        var limits = limits
        if dockerfile == nil {
            (limits.ruleFile, limits.purpose) = (SnapshotMaker.codeRuleFile(in: source), "code")
        }
        return try await SourceWork.run(limits: limits, progress: progress) { work throws(LaunchError) in
            var attempt = 1
            while true {
                do throws(LaunchError) {
                    let maker = SnapshotMaker(store: self, work: work)
                    guard let dockerfile else { return try maker.makeCode(of: source, origin: origin, as: treatment) }
                    return try maker.make(of: source, dockerfile: dockerfile, origin: origin, as: treatment)
                } catch {
                    // A file changes while it is copied. It is usually a log or an editor's file, and a retry succeeds.
                    guard error.kind == .tryAgain, attempt < 3 else { throw error }
                    try work.goOn()
                    attempt += 1
                }
            }
        }
    }

    /// The context folder of a snapshot, after a check that all its bytes are unchanged.
    /// - Throws: `.unavailable` if the store does not have the snapshot, or the snapshot is damaged.
    public func context(of snapshot: String) async throws(LaunchError) -> String {
        let context = try present(snapshot)
        guard try await ContextDigest.of(folder: context).hex == snapshot else { throw Self.changed(context) }
        return context
    }

    /// The folder of a snapshot that the store has, unchecked.
    private func present(_ snapshot: String) throws(LaunchError) -> String {
        guard Self.isName(snapshot) else {
            throw LaunchError(.invalid, "'\(snapshot)' is not the name of a snapshot: 64 hex digits are.")
        }
        let context = contextFolder(of: snapshot)
        guard (try? FileSystem.status(context)) != nil else {
            throw LaunchError(
                .unavailable, "the source snapshot \(snapshot.prefix(12)) is not in \(folder).",
                hint: "Submit the source again.")
        }
        return context
    }

    private static func changed(_ context: String) -> LaunchError {
        LaunchError(
            .unavailable, "the source snapshot in \(context) has been changed since it was made.",
            hint: "Submit the source again; that repairs it.")
    }

    /// The path of a snapshot's files.
    func contextFolder(of snapshot: String) -> String { "\(folder)/\(snapshot)/context" }

    static func isName(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }

    /// The error for the user if the file system does not accept the store's files.
    static func error(_ failure: FileSystem.Failure) -> LaunchError {
        LaunchError(
            .unavailable, "the source store cannot be written: \(failure.path): \(failure.why).",
            hint: [ENOSPC, EDQUOT].contains(failure.code) ? "Free some space." : nil)
    }

    /// Converts errors of the file system to errors for the user.
    func storing<Result>(_ body: () throws -> Result) throws(LaunchError) -> Result {
        do {
            return try body()
        } catch let error as LaunchError {
            throw error
        } catch let failure as FileSystem.Failure {
            throw Self.error(failure)
        } catch {
            throw LaunchError(.internalFault, "the source store cannot be written: \(error).")
        }
    }
}

/// How the files of a folder are stored in a snapshot.
enum SnapshotTreatment: Sendable {
    /// Unchanged.
    case found
    /// As git stores them: without `.git`, and with the two modes of git, regardless of the umask of the checkout.
    /// Pointers of Git LFS are refused. `largeFiles` is why their content could not be fetched; nil if `git-lfs` is not
    /// installed.
    case checkout(largeFiles: String?)

    var isCheckout: Bool { if case .checkout = self { true } else { false } }
}
