import Foundation
import LaunchHost
import Synchronization
import TestSupport
import Testing

@testable import LaunchBlobs

/// Uploads of code to a store of objects in memory.
@Suite struct CodeUploadTests {
    /// Objects in memory, with a record of the calls. It fails on demand.
    private final class Objects: ObjectStore {
        struct State {
            var objects: [String: [UInt8]] = [:]
            var calls: [String] = []
            /// The number of writes that succeed; then all fail.
            var writes = Int.max
            var copies = true
        }
        let state = Mutex(State())

        func list(
            _ uri: String, _ page: @Sendable ([StoredObject]) async throws(BackendError) -> Void
        ) async throws(BackendError) {
            let found = state.withLock { state in
                state.calls.append("list")
                return state.objects.filter { $0.key.hasPrefix(uri) }
            }
            guard !found.isEmpty else { return }
            try await page(found.map { StoredObject(uri: $0.key, size: Int64($0.value.count), version: "") })
        }

        func object(_ uri: String) async throws(BackendError) -> StoredObject? {
            state.withLock { state in
                state.calls.append("head")
                return state.objects[uri].map { StoredObject(uri: uri, size: Int64($0.count), version: "") }
            }
        }

        func download(
            _ uri: String, to path: String, progress: (@Sendable (Int64, Int64) -> Void)?
        ) async throws(BackendError) -> StoredObject {
            let bytes = state.withLock { $0.objects[uri] } ?? []
            guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else {
                throw BackendError(.internalFault, path)
            }
            return StoredObject(uri: uri, size: Int64(bytes.count), version: "")
        }

        func upload(
            _ path: String, to uri: String, progress: (@Sendable (Int64, Int64) -> Void)?
        ) async throws(BackendError) {
            let bytes = FileManager.default.contents(atPath: path).map { [UInt8]($0) } ?? []
            try write(bytes, uri, "put")
        }

        func copy(_ uri: String, to other: String) async throws(BackendError) -> Bool {
            guard let bytes = state.withLock({ $0.copies ? $0.objects[uri] : nil }) else { return false }
            try write(bytes, other, "copy")
            return true
        }

        func delete(_ uri: String) async throws(BackendError) { state.withLock { $0.objects[uri] = nil } }

        private func write(_ bytes: [UInt8], _ uri: String, _ call: String) throws(BackendError) {
            let fits = state.withLock { state in
                state.writes -= 1
                guard state.writes >= 0 else { return false }
                state.calls.append(call)
                state.objects[uri] = bytes
                return true
            }
            guard fits else { throw BackendError(.unavailable, "The store went away.") }
        }

        func take() -> [String] {
            state.withLock { state in
                defer { state.calls = [] }
                return state.calls
            }
        }
    }

    private let objects = Objects()
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private static func place(_ digest: String) -> CodePlace { CodePlace(root: "mem://b/code", digest: digest) }

    private func upload(
        _ files: KeyValuePairs<String, String>, as digest: String, origin: String = "me"
    ) async throws -> CodeUpload.Report {
        var code = CodeFolder(folder: folder.path, digest: digest, files: [])
        for (path, text) in files {
            try folder.write("\(digest)/\(path)", text)
            code.files.append(
                .init(
                    path: path, source: "\(digest)/\(path)", size: Int64(text.utf8.count), content: "sha of \(text)"))
        }
        return try await CodeUpload(objects, to: Self.place(digest), scratch: folder.path).run(code, origin: origin) {
            _ in
        }
    }

    private func files(of digest: String) -> [String: String] {
        let prefix = Self.place(digest).files
        let found = objects.state.withLock { $0.objects.filter { $0.key.hasPrefix(prefix) } }
        return Dictionary(
            uniqueKeysWithValues: found.map {
                (String($0.key.dropFirst(prefix.count)), String(decoding: $0.value, as: UTF8.self))
            })
    }

    @Test func `a version is uploaded once, and costs one look-up after that`() async throws {
        let first = try await upload(["a": "1", "d/b": "2"], as: "v1")
        #expect(first.uploaded == 2 && first.bytes == 2 && !first.isUnchanged)
        #expect(files(of: "v1") == ["a": "1", "d/b": "2"])
        _ = objects.take()
        #expect(try await upload(["a": "1", "d/b": "2"], as: "v1").isUnchanged)
        #expect(objects.take() == ["head"])
    }

    @Test func `of a changed folder only changed files are uploaded, also under new names`() async throws {
        _ = try await upload(["a": "1", "b": "2", "c": "3"], as: "v1")
        let second = try await upload(["a": "1", "b": "changed", "moved": "3"], as: "v2")
        #expect(second.uploaded == 1 && second.bytes == 7 && second.copied == 2, "\(second)")
        #expect(files(of: "v2") == ["a": "1", "b": "changed", "moved": "3"])
        // Another origin does not know this one's versions.
        let other = try await upload(["a": "1"], as: "v3", origin: "you")
        #expect(other.copied == 0 && other.uploaded == 1)
        // A store that cannot copy, and an object that is gone, cost an upload.
        objects.state.withLock { $0.copies = false }
        let third = try await upload(["a": "1", "b": "changed"], as: "v4")
        #expect(third.uploaded == 2 && third.copied == 0)
        #expect(files(of: "v4") == ["a": "1", "b": "changed"])
    }

    @Test(arguments: 0...4)
    func `an interrupted upload is not complete, and the next one continues it`(_ writes: Int) async throws {
        let wanted: KeyValuePairs = ["a": "1", "b": "22", "c": "333"]
        objects.state.withLock { $0.writes = writes }
        await #expect(throws: BackendError.self) { _ = try await upload(wanted, as: "v1") }
        // With four writes only the name of the last version is missing.
        let isComplete = objects.state.withLock { $0.objects[Self.place("v1").marker] != nil }
        #expect(isComplete == (writes == 4))
        objects.state.withLock { $0.writes = .max }
        let report = try await upload(wanted, as: "v1")
        #expect(report.isUnchanged == isComplete)
        if !isComplete { #expect(report.found == min(writes, 3) && report.found + report.uploaded == 3, "\(report)") }
        #expect(files(of: "v1") == ["a": "1", "b": "22", "c": "333"])
    }

    @Test func `a damaged list of an earlier version costs only uploads`() async throws {
        _ = try await upload(["a": "1"], as: "v1")
        objects.state.withLock { $0.objects[Self.place("v1").marker] = Array("{\"format\":1".utf8) }
        let report = try await upload(["a": "1", "b": "2"], as: "v2")
        #expect(report.uploaded == 2 && report.copied == 0)
    }

    @Test func `the marker and the last version are outside of the prefix of the channel`() {
        let place = Self.place("abc")
        #expect(!place.marker.hasPrefix(place.files))
        #expect(!place.last(ofOriginNamed: "x").hasPrefix("\(place.root)/abc"))
    }
}
