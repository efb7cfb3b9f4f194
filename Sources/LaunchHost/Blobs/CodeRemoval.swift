internal import FoundationEssentials
internal import LaunchConcurrency

/// Removes one version of code that nothing uses, safely beside programs that upload or use it.
///
/// A removal and a use write first and read afterwards, and the object store shows a completed write to each later read.
///
/// - The removal writes a mark, deletes the marker, and then reads the recorded uses and the runs of the store. If it finds
///   a use, it records one itself, writes the marker again and deletes its mark. Otherwise it deletes the files, and its
///   mark last.
/// - A program that finds the marker has its run in the store, or records the use, and then looks at the marker again. So
///   either the removal reads the use, or the program does not find the marker.
/// - A program that does not find the marker records the use, and then reads the marks. So either the removal reads the use,
///   or the program finds the mark and waits. It never uploads while files are deleted.
/// - Two removals read each other's marks; the one that finds another mark gives up and writes the marker again. Therefore a
///   removal that finds the marker after it deleted the marker gives up too.
///
/// A mark is in force for `lasts`, so that a killed removal does not block the version forever. A removal renews its mark
/// and stops long before that time.
package struct CodeRemoval: Sendable {
    /// What was done.
    package enum Outcome: Sendable, Hashable {
        case removed
        /// A run of the store uses the version.
        case usedByRun
        /// The version was used or uploaded after it was listed.
        case usedSince
        /// Another removal has the version, or was interrupted.
        case removedElsewhere
    }

    /// How long a mark is in force, by the store's clock.
    static let lasts: Duration = .seconds(1800)
    /// A removal deletes nothing more if it could not renew its mark for this time.
    private static let renewsWithin: Duration = .seconds(600)
    /// How old its mark is when a removal renews it.
    private static let renewsAfter: Duration = .seconds(60)
    /// The largest difference between this machine's clock and the store's.
    static let mostSkew: Duration = .seconds(900)
    /// The maximum number of objects of a version.
    static let mostObjects = 1_001_000
    /// The number of objects that are deleted between two looks at the time.
    private static let step = 500
    private static let parallelism = 16

    /// The content of a mark. Only its time matters.
    private struct Mark: Codable {
        var removes: String
    }

    private let objects: any ObjectStore
    private let small: SmallObjects
    private let clock: HostClock

    /// - Parameter scratch: an existing folder for small files.
    package init(_ objects: any ObjectStore, scratch: String, clock: HostClock = .system) {
        self.objects = objects
        self.clock = clock
        small = SmallObjects(objects: objects, scratch: scratch)
    }

    /// Removes the version, unless it is in use.
    /// - Parameters:
    ///   - age: the time since the last recorded use, at least `CodeVersion.shortestAge`.
    ///   - isInUse: whether a run of the store that has not ended uses the version.
    ///   - progress: gets the number of deleted files.
    /// - Throws: `BackendError`, and what `isInUse` throws. If files were deleted before, the mark stays.
    package func remove(
        _ place: CodePlace, unusedFor age: Duration, isInUse: () async throws -> Bool,
        progress: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws -> Outcome {
        let mark = "\(place.removals)\(UUID().uuidString).json"
        // Fails without the right to delete, before anything is written.
        try await objects.delete(mark)
        var lease = Lease(uri: mark, began: clock.elapsed())
        try await small.put(Mark(removes: place.digest), as: mark)
        let marker: [UInt8]?
        let found: [StoredObject]
        do {
            marker = try await small.bytes(of: place.marker, limit: 1 << 30)
            try await objects.delete(place.marker)
        } catch {
            try? await retract(mark)
            throw error
        }
        do {
            found = try await objects.all(place.folder, limit: Self.mostObjects)
            let outcome = try await outcome(found, place, mark, unusedFor: age, isInUse)
            guard outcome == .removed else {
                try await restore(marker, place, mark)
                return outcome
            }
        } catch {
            try? await restore(marker, place, mark)
            throw error
        }
        let files = found.map(\.uri).filter { $0.utf8.starts(with: place.files.utf8) }
        try await delete(files, place, &lease, progress)
        let others = found.map(\.uri).filter { $0.hasPrefix(place.removals) && $0 != mark }
        for uri in [place.used] + others + [mark] { try await objects.delete(uri) }
        return .removed
    }

    /// Whether the version may be removed, from the objects after the marker was deleted.
    private func outcome(
        _ found: [StoredObject], _ place: CodePlace, _ mark: String, unusedFor age: Duration,
        _ isInUse: () async throws -> Bool
    ) async throws -> Outcome {
        guard let now = found.first(where: { $0.uri == mark })?.modified else {
            throw BackendError(
                .malformed, "The object store does not list \(mark) with its time, so no age is known.")
        }
        if Self.mark(in: found, of: place, isAt: now, otherThan: mark) != nil { return .removedElsewhere }
        // Another removal has given up, or an upload is complete.
        if found.contains(where: { $0.uri == place.marker }) { return .usedSince }
        let uses = found.filter { !$0.uri.hasPrefix(place.removals) }.compactMap(\.modified)
        let isOld = uses.allSatisfy {
            .milliseconds(now.milliseconds.saturatingSubtracting($0.milliseconds)) >= max(age, CodeVersion.shortestAge)
        }
        guard isOld else { return .usedSince }
        return try await isInUse() ? .usedByRun : .removed
    }

    /// A mark of a removal that is in force.
    /// - Parameters:
    ///   - now: the store's time; nil if it is not known, so that each mark is in force.
    ///   - own: a mark that is left out.
    static func mark(
        in found: [StoredObject], of place: CodePlace, isAt now: Timestamp?, otherThan own: String? = nil
    ) -> StoredObject? {
        found.first { object in
            guard object.uri != own, object.uri.hasPrefix(place.removals) else { return false }
            guard let now, let made = object.modified else { return true }
            return .milliseconds(now.milliseconds.saturatingSubtracting(made.milliseconds)) < lasts
        }
    }

    // MARK: steps

    /// The mark of this removal, and when it was last written.
    private struct Lease {
        let uri: String
        var began: Duration
    }

    private func delete(
        _ files: [String], _ place: CodePlace, _ lease: inout Lease, _ progress: @escaping @Sendable (Int) -> Void
    ) async throws(BackendError) {
        for start in stride(from: 0, to: files.count, by: Self.step) {
            let now = clock.elapsed()
            if now - lease.began > Self.renewsAfter {
                try await small.put(Mark(removes: place.digest), as: lease.uri)
                lease.began = now
            }
            let (objects, clock, last) = (objects, clock, lease.began + Self.renewsWithin)
            let part = Array(files[start..<min(start + Self.step, files.count)])
            try await ObjectCalls.calls(part, parallelism: Self.parallelism) { uri async throws(BackendError) in
                guard clock.elapsed() < last else {
                    throw BackendError(
                        .transient, "The removal of \(place.folder) was interrupted for too long.",
                        hint: "Run 'launch code prune' again; it continues after "
                            + "\(Self.lasts.components.seconds / 60) minutes.")
                }
                try await objects.delete(uri)
            }
            progress(start + part.count)
        }
    }

    /// Makes the version complete again, also if the caller is cancelled.
    private func restore(_ marker: [UInt8]?, _ place: CodePlace, _ mark: String) async throws(BackendError) {
        let small = small
        try await withUncancelledTask { () async throws(BackendError) in
            guard let marker else { return }
            // A program that finds a new marker does not record the use. So each writer of a marker records one before.
            try await small.put(CodeUse(code: place.digest), as: place.used)
            try await small.put(marker, as: place.marker)
        }
        try await retract(mark)
    }

    private func retract(_ mark: String) async throws(BackendError) {
        let objects = objects
        try await withUncancelledTask { () async throws(BackendError) in try await objects.delete(mark) }
    }
}
