internal import FoundationEssentials
internal import Glibc

/// Removes old runs: archives them, if there is a folder for it, then removes their logs, their rows and their events.
///
/// A program that ends during the work loses nothing: rows are removed after the archive is on the disk, and the logs
/// of a run before its row, so the next call finds the rest.
public struct RunPruning: Sendable {
    /// What was done, or would be done.
    public struct Result: Sendable, Hashable, Codable {
        /// The runs that were removed, or would be.
        public var runs: [RunID]
        /// The number of events that were archived with the runs.
        public var events: Int
        /// The archive; nil if nothing was archived.
        public var archive: String?
        /// The folders of removed runs that still have results.
        public var resultFolders: [String]
        /// The removed snapshots of sources, which no job and no run needs.
        public var snapshots: [String]
        /// The number of old runs that stay because their backend may still hold resources.
        public var unreleased: Int
    }

    /// The number of runs that are read or removed in one step.
    private static let step = 200
    /// The files that this program writes to a run's folder in addition to results.
    private static let records = ["log", "log.partial", "build.log", "rehearsal.json", "describe.json"]

    private let store: Store
    private let folder: String?
    private let removesResults: Bool
    private let warn: @Sendable (String) -> Void

    /// - Parameters:
    ///   - folder: the folder of the archive; nil archives nothing.
    ///   - removesResults: whether to remove the results in the runs' folders too.
    ///   - warn: gets one sentence for each file or folder that could not be removed.
    public init(
        _ store: Store, archivingTo folder: String?, removesResults: Bool = false,
        warn: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.store = store
        self.folder = folder
        self.removesResults = removesResults
        self.warn = warn
    }

    /// The result that ``run(_:progress:)`` would have, without removing anything.
    public func plan(_ old: OldRuns) async throws -> Result {
        let runs = try await store.oldRuns(old)
        var result = Result(
            runs: runs, events: 0, archive: nil, resultFolders: [], snapshots: [],
            unreleased: try await store.unreleasedOldRuns(old))
        for id in runs { await result.events += try events(of: id).count }
        return result
    }

    /// Archives and removes the old runs.
    /// - Parameter progress: gets the number of finished runs and of all runs.
    /// - Throws: `LaunchError` or `StoreError` if the archive or the database cannot be written.
    public func run(_ old: OldRuns, progress: (_ done: Int, _ all: Int) -> Void = { _, _ in }) async throws -> Result {
        var result = Result(
            runs: try await store.oldRuns(old), events: 0, archive: nil, resultFolders: [], snapshots: [],
            unreleased: try await store.unreleasedOldRuns(old))
        let works = folder == nil ? result.runs.count : 2 * result.runs.count
        if let folder, !result.runs.isEmpty {
            let archive = try RunArchive(in: folder, at: store.now)
            for (count, id) in result.runs.enumerated() {
                progress(count, works)
                let events = try await events(of: id)
                result.events += events.count
                try archive.append(
                    RunArchive.Entry(
                        run: try await store.run(id), events: events,
                        rehearsal: try await store.rehearsal(of: id)))
            }
            try archive.complete()
            result.archive = archive.path
        }
        for start in stride(from: 0, to: result.runs.count, by: Self.step) {
            progress(works - result.runs.count + start, works)
            let ids = Array(result.runs[start..<min(start + Self.step, result.runs.count)])
            result.resultFolders += ids.compactMap(removeFiles)
            _ = try await store.removeEnded(ids)
        }
        result.snapshots = try await SourceStore(folder: store.home.sources).prune(
            keeping: try await store.snapshotsInUse(), warn: warn)
        return result
    }

    private func events(of id: RunID) async throws -> [EventRecord] {
        var events: [EventRecord] = []
        while true {
            let page = try await store.events(of: id, after: events.last?.sequence ?? 0)
            guard !page.isEmpty else { return events }
            events += page
        }
    }

    /// Removes the files of a run. Returns its folder if it still contains results.
    private func removeFiles(of id: RunID) -> String? {
        let folder = store.home.folder(of: id)
        do throws(FileSystem.Failure) {
            if removesResults {
                try FileSystem.remove(folder)
                return nil
            }
            for name in Self.records { try FileSystem.remove("\(folder)/\(name)") }
        } catch {
            warn("\(error.path) of the run \(id) cannot be removed: \(error.why). Remove it as a user with permission.")
            return nil
        }
        // A folder that is not empty stays.
        if rmdir(folder) == 0 || errno == ENOENT { return nil }
        return folder
    }
}
