internal import Glibc

/// Where the program keeps what it was told to build: each folder's content once, under the name of its digest.
///
/// A snapshot is made in a folder of its own and moved into place in one step, so whatever has a digest for its name is
/// complete, also when ten are made of the same content at once or the program is killed in the middle.
public struct SourceStore: Sendable {
    /// The folder of the store; it is made when the first snapshot is.
    public let folder: String
    /// What a source may be at most.
    let limits: SourceLimits

    /// A store in that folder.
    /// - Parameters:
    ///   - folder: an absolute path.
    ///   - limits: what a source may be at most.
    public init(folder: String, limits: SourceLimits = SourceLimits()) {
        self.folder = folder
        self.limits = limits
    }

    /// What has been kept, and what to say about it.
    public struct Snapshot: Sendable, Hashable {
        /// What the launch spec holds.
        public var source: CodeSource
        /// Files, folders and links in it.
        public var entries: Int
        /// The size of all files, in bytes.
        public var bytes: Int64
        /// Whether the same content was there already.
        public var isReused: Bool
        /// What the user should know.
        public var warnings: [Diagnostic]
    }

    /// Keeps a folder's content as it is now, after its `.dockerignore`.
    /// - Parameters:
    ///   - source: the folder.
    ///   - dockerfile: the Dockerfile's path in it. An absolute path is fine when it is inside.
    ///   - origin: where it comes from, for people; nil is the folder's own path.
    ///   - progress: told of bigger trees how far it is; called from another thread.
    /// - Throws: `.invalid` where the folder, the Dockerfile or the rules cannot be used, `.denied` where something
    ///   cannot be read, `.tryAgain` where the files keep changing, `.unavailable` where the store cannot be written.
    public func snapshot(
        of source: String, dockerfile: String = "Dockerfile", origin: String? = nil,
        progress: @escaping @Sendable (SourceProgress) -> Void = { _ in }
    ) async throws(LaunchError) -> Snapshot {
        try await snapshot(of: source, dockerfile: dockerfile, origin: origin, as: .found, progress: progress)
    }

    /// A store in that folder, under the limits of the configuration.
    /// - Parameter folder: an absolute path.
    public init(folder: String, limits: SizeLimits) {
        self.init(folder: folder, limits: SourceLimits(bytes: limits.sourceBytes))
    }

    func snapshot(
        of source: String, dockerfile: String, origin: String?, as treatment: SnapshotTreatment,
        progress: @escaping @Sendable (SourceProgress) -> Void
    ) async throws(LaunchError) -> Snapshot {
        try await SourceWork.run(limits: limits, progress: progress) { work throws(LaunchError) in
            var attempt = 1
            while true {
                do throws(LaunchError) {
                    return try SnapshotMaker(store: self, work: work)
                        .make(of: source, dockerfile: dockerfile, origin: origin, as: treatment)
                } catch {
                    // A file that is written to while it is copied: usually a log or an editor, and over soon.
                    guard error.kind == .tryAgain, attempt < 3 else { throw error }
                    try work.goOn()
                    attempt += 1
                }
            }
        }
    }

    /// The context folder of a snapshot, after making sure that every byte of it is as it was.
    /// - Throws: `.unavailable` where the store does not have it or has it no longer whole.
    public func context(of snapshot: String) async throws(LaunchError) -> String {
        guard Self.isName(snapshot) else {
            throw LaunchError(.invalid, "'\(snapshot)' is not the name of a snapshot: 64 hex digits are.")
        }
        let context = contextFolder(of: snapshot)
        guard (try? FileSystem.status(context)) != nil else {
            throw LaunchError(
                .unavailable, "the source snapshot \(snapshot.prefix(12)) is not in \(folder).",
                hint: "Submit the source again.")
        }
        guard try await ContextDigest.of(folder: context).hex == snapshot else {
            throw LaunchError(
                .unavailable, "the source snapshot in \(context) has been changed since it was made.",
                hint: "Submit the source again; that repairs it.")
        }
        return context
    }

    /// Where the files of a snapshot are.
    func contextFolder(of snapshot: String) -> String { "\(folder)/\(snapshot)/context" }

    static func isName(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }

    /// What the user is told of a file system that does not take the store.
    static func error(_ failure: FileSystem.Failure) -> LaunchError {
        LaunchError(
            .unavailable, "the source store cannot be written: \(failure.path): \(failure.why).",
            hint: [ENOSPC, EDQUOT].contains(failure.code) ? "Free some space." : nil)
    }

    /// Turns what the file system says into what the user is told.
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

/// How the files of a folder are taken into a snapshot.
enum SnapshotTreatment: Sendable {
    /// As they are.
    case found
    /// As git knows them: without `.git`, and with the two modes that git keeps, whatever the umask of the checkout. Pointers
    /// of Git LFS are refused. `largeFiles` says why their content could not be fetched; nil where `git-lfs` is missing.
    case checkout(largeFiles: String?)

    var isCheckout: Bool { if case .checkout = self { true } else { false } }
}
