internal import FoundationEssentials
internal import LaunchCrypto

/// Uploads the code of a job, once for each version: one object per file below `CodePlace.files`, then the marker.
///
/// The marker is written last, so a version without it is never used, and the next upload continues it. Two programs
/// that upload one version write the same bytes under the same names. What the last complete version of the same origin
/// has is copied inside the store.
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
    /// The maximum size of a marker that is read, in bytes.
    private static let largestMarker: Int64 = 64 << 20

    private let objects: any ObjectStore
    private let place: CodePlace
    private let scratch: String

    /// - Parameter scratch: an existing folder for small files.
    package init(_ objects: any ObjectStore, to place: CodePlace, scratch: String) {
        self.objects = objects
        self.place = place
        self.scratch = scratch
    }

    /// Uploads the version unless it is complete.
    /// - Parameters:
    ///   - origin: a description that is equal for the versions of one folder.
    ///   - progress: gets lines for people.
    package func run(
        _ code: CodeFolder, origin: String, progress: @escaping @Sendable (String) -> Void
    ) async throws(BackendError) -> Report {
        guard try await objects.object(place.marker) == nil else { return Report(isUnchanged: true) }
        let last = place.last(ofOriginNamed: String(SHA256.hex(origin.utf8).prefix(32)))
        let present = try await present()
        let earlier = await earlier(last)
        let total = code.files.count
        progress("uploading the code, \(Wording.count(total, "file")), to \(place.files)")
        let (objects, place) = (objects, place)
        let done = try await ObjectCalls.calls(code.files, parallelism: Self.parallelism) {
            file async throws(BackendError) -> Report in
            let uri = place.files + file.path
            if present[file.path] == file.size { return Report(found: 1) }
            if let old = earlier[file.content], try await objects.copy(old, to: uri) { return Report(copied: 1) }
            try await objects.upload("\(code.folder)/\(file.source)", to: uri, progress: nil)
            return Report(uploaded: 1, bytes: file.size)
        }
        let report = done.reduce(Report()) { $0 + $1 }
        let manifest = Manifest(
            code: code.digest, files: code.files.map { .init(path: $0.path, sha256: $0.content, size: $0.size) })
        try await put(manifest, as: place.marker)
        try await put(Last(code: code.digest), as: last)
        progress(report.summary)
        return report
    }

    /// The sizes of the files that an incomplete upload left, by path. An object is written whole, and only with the
    /// bytes of this version.
    private func present() async throws(BackendError) -> [String: Int64] {
        let prefix = place.files
        let found = try await objects.all(place.files)
        return Dictionary(found.map { (String($0.uri.dropFirst(prefix.count)), $0.size) }) { $1 }
    }

    /// The objects of the last complete version, by the hash of their content. Without one, or if it cannot be read,
    /// everything is uploaded.
    private func earlier(_ last: String) async -> [String: String] {
        guard let named = try? await read(Last.self, last, limit: 4096), named.code != place.digest else { return [:] }
        let old = CodePlace(root: place.root, digest: named.code)
        guard let manifest = try? await read(Manifest.self, old.marker, limit: Self.largestMarker),
            manifest.format == 1
        else { return [:] }
        return Dictionary(manifest.files.map { ($0.sha256, old.files + $0.path) }) { first, _ in first }
    }

    private func read<Value: Decodable>(_ type: Value.Type, _ uri: String, limit: Int64) async throws -> Value? {
        guard let object = try await objects.object(uri), object.size <= limit else { return nil }
        let path = "\(scratch)/\(UUID().uuidString)"
        defer { try? FileSystem.remove(path) }
        try await objects.download(uri, to: path, progress: nil)
        let bytes = try ObjectCalls.local { () throws(FileSystem.Failure) in
            try FileSystem.File(reading: path).bytes(limit: Int(limit))
        }
        return try JSONDecoder().decode(type, from: Data(bytes))
    }

    private func put(_ value: some Encodable & Sendable, as uri: String) async throws(BackendError) {
        let bytes: Data
        do {
            bytes = try JSON.canonicalData(value)
        } catch {
            throw BackendError(.internalFault, "The list of the code's files cannot be written: \(error).")
        }
        let path = "\(scratch)/\(UUID().uuidString)"
        defer { try? FileSystem.remove(path) }
        try ObjectCalls.local { () throws(FileSystem.Failure) in
            try FileSystem.File(creating: path).write([UInt8](bytes)[...])
        }
        try await objects.upload(path, to: uri, progress: nil)
    }
}

extension CodeUpload.Report {
    fileprivate static func + (left: Self, right: Self) -> Self {
        Self(
            uploaded: left.uploaded + right.uploaded, bytes: left.bytes + right.bytes,
            copied: left.copied + right.copied, found: left.found + right.found)
    }
}
