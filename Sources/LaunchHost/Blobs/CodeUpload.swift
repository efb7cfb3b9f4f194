internal import FoundationEssentials
internal import LaunchCrypto

/// Uploads the code of a job, once for each version: one object per file below `CodePlace.files`, then the marker.
///
/// The marker is written last, so a version without it is never used, and the next upload continues it. Two programs
/// that upload one version write the same bytes under the same names. What the last complete version of the same origin
/// has is copied inside the store. `CodeRemoval` says why an upload and a removal may meet.
package struct CodeUpload {
    /// What was done.
    package struct Report: Sendable, Hashable {
        /// Whether the version was complete before.
        package var isUnchanged = false
        /// The number of files that were uploaded, and their size in bytes.
        package var uploaded = 0
        package var bytes: Int64 = 0
        /// The number of files that were copied inside the store.
        package var copied = 0
        /// The number of files that an earlier, incomplete upload left.
        package var found = 0

        /// One line for people.
        package var summary: String {
            if isUnchanged { return "the code is uploaded already" }
            let parts = [
                "\(Wording.count(uploaded, "file")) uploaded (\(bytes) bytes)", copied > 0 ? "\(copied) copied" : nil,
                found > 0 ? "\(found) there already" : nil,
            ]
            return parts.compactMap(\.self).joined(separator: ", ")
        }
    }

    /// A version's files, as its marker lists them.
    struct Manifest: Codable {
        var format = 1
        var code: String
        var files: [File]

        struct File: Codable {
            var path: String
            var sha256: String
            var size: Int64
        }
    }

    /// The last complete version of an origin.
    struct Last: Codable {
        var code: String
    }

    /// The number of calls at the same time.
    private static let parallelism = 16
    /// An object store may send a file of this size in parts, several at the same time. So fewer such files are sent at the
    /// same time, which bounds the memory.
    private static let largeFile: Int64 = 16 << 20
    private static let largeParallelism = 2
    /// The maximum size of a marker that is read, in bytes.
    private static let largestMarker: Int64 = 64 << 20

    private let objects: any ObjectStore
    private let small: SmallObjects
    private let place: CodePlace
    private let now: @Sendable () -> Timestamp

    /// - Parameters:
    ///   - scratch: an existing folder for small files.
    ///   - now: the present time.
    package init(
        _ objects: any ObjectStore, to place: CodePlace, scratch: String,
        now: @escaping @Sendable () -> Timestamp = { Timestamp(Date()) }
    ) {
        self.objects = objects
        self.place = place
        self.now = now
        small = SmallObjects(objects: objects, scratch: scratch)
    }

    /// Uploads the version unless it is complete, and records its use.
    /// - Parameters:
    ///   - origin: a description that is equal for the versions of one folder.
    ///   - progress: gets lines for people.
    /// - Throws: `.unavailable` if a program removes the version.
    package func run(
        _ code: CodeFolder, origin: String, progress: @escaping @Sendable (String) -> Void
    ) async throws(BackendError) -> Report {
        if let marker = try await objects.object(place.marker), try await isKept(marker) {
            return Report(isUnchanged: true)
        }
        let last = place.last(ofOriginNamed: String(SHA256.hex(origin.utf8).prefix(32)))
        let present = try await present()
        let earlier = await earlier(last)
        let total = code.files.count
        progress("uploading the code, \(Wording.count(total, "file")), to \(place.files)")
        let (objects, place) = (objects, place)
        let send: @Sendable (CodeFolder.File) async throws(BackendError) -> Report = {
            file async throws(BackendError) -> Report in
            let uri = place.files + file.path
            if present[uri] == file.size { return Report(found: 1) }
            if let old = earlier[file.content], try await objects.copy(old, to: uri) { return Report(copied: 1) }
            try await objects.upload("\(code.folder)/\(file.source)", to: uri, progress: nil)
            return Report(uploaded: 1, bytes: file.size)
        }
        let (small, large) = (
            code.files.filter { $0.size < Self.largeFile }, code.files.filter { $0.size >= Self.largeFile }
        )
        let done =
            try await ObjectCalls.calls(small, parallelism: Self.parallelism, send)
            + ObjectCalls.calls(large, parallelism: Self.largeParallelism, send)
        let report = done.reduce(Report()) { $0 + $1 }
        let manifest = Manifest(
            code: code.digest, files: code.files.map { .init(path: $0.path, sha256: $0.content, size: $0.size) })
        try await self.small.put(manifest, as: place.marker)
        try await self.small.put(Last(code: code.digest), as: last)
        progress(report.summary)
        return report
    }

    // MARK: use

    /// Whether a complete version stays until this run can be seen in its store: records the use, unless a use was
    /// recorded recently, and then looks at the marker again.
    ///
    /// `CodeRemoval` deletes the marker before it reads the recorded uses, so that one of the two programs sees the other.
    private func isKept(_ marker: StoredObject) async throws(BackendError) -> Bool {
        if isRecent(marker) { return true }
        if let used = try await objects.object(place.used), isRecent(used) { return true }
        try await small.put(CodeUse(code: place.digest), as: place.used)
        return try await objects.object(place.marker) != nil
    }

    /// Whether the object was written within the time for which a use is recorded. A time in the future is that of a wrong
    /// clock.
    private func isRecent(_ object: StoredObject) -> Bool {
        guard let modified = object.modified else { return false }
        let age = Duration.milliseconds(now().milliseconds.saturatingSubtracting(modified.milliseconds))
        return age > .zero - CodeRemoval.mostSkew && age < CodeVersion.recordedFor
    }

    // MARK: objects

    /// The sizes of the files that an incomplete upload left, by address. An object is written whole, and only with the
    /// bytes of this version.
    /// - Throws: `.unavailable` if a program removes the version.
    private func present() async throws(BackendError) -> [String: Int64] {
        // Recorded before the marks of removals are read.
        try await small.put(CodeUse(code: place.digest), as: place.used)
        let found = try await objects.all(place.folder, limit: CodeRemoval.mostObjects)
        if let mark = CodeRemoval.mark(in: found, of: place, isAt: found.first { $0.uri == place.used }?.modified) {
            throw BackendError(
                .unavailable,
                "'launch code prune' removes this version of the code, or was interrupted: \(mark.uri) is there.",
                hint: "The run waits until the version is removed, at most "
                    + "\(CodeRemoval.lasts.components.seconds / 60) minutes, and then uploads it again.")
        }
        return Dictionary(found.map { ($0.uri, $0.size) }) { $1 }
    }

    /// The objects of the last complete version, by the hash of their content. Without one, or if it cannot be read,
    /// everything is uploaded.
    private func earlier(_ last: String) async -> [String: String] {
        guard let named = try? await small.value(Last.self, of: last, limit: 4096), named.code != place.digest else {
            return [:]
        }
        let old = CodePlace(root: place.root, digest: named.code)
        guard let manifest = try? await small.value(Manifest.self, of: old.marker, limit: Self.largestMarker),
            manifest.format == 1
        else { return [:] }
        return Dictionary(manifest.files.map { ($0.sha256, old.files + $0.path) }) { first, _ in first }
    }
}

/// The content of the object that records a use. Only its time matters.
struct CodeUse: Codable {
    var code: String
}

extension CodeUpload.Report {
    fileprivate static func + (left: Self, right: Self) -> Self {
        Self(
            uploaded: left.uploaded + right.uploaded, bytes: left.bytes + right.bytes,
            copied: left.copied + right.copied, found: left.found + right.found)
    }
}
