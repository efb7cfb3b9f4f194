import Foundation
import LaunchHost
import Synchronization
import TestSupport
import Testing

@testable import LaunchBlobs

/// Uploads of code to a store of objects in memory.
@Suite struct CodeUploadTests {
    private let objects = TimedObjects()
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
        let upload = CodeUpload(
            objects, to: Self.place(digest), scratch: folder.path, now: { [objects] in objects.now })
        return try await upload.run(code, origin: origin) { _ in }
    }

    private func files(of digest: String) -> [String: String] {
        let prefix = Self.place(digest).files
        let found = objects.state.withLock { $0.objects.filter { $0.key.hasPrefix(prefix) } }
        return Dictionary(
            uniqueKeysWithValues: found.map {
                (String($0.key.dropFirst(prefix.count)), String(decoding: $0.value.bytes, as: UTF8.self))
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

    @Test func `a use is recorded once a day, and a version that is removed is not used`() async throws {
        _ = try await upload(["a": "1"], as: "v1")
        objects.advance(days: 3)
        _ = objects.take()
        #expect(try await upload(["a": "1"], as: "v1").isUnchanged)
        #expect(objects.take() == ["head", "head", "put", "head"])
        objects.advance(days: 0.9)
        #expect(try await upload(["a": "1"], as: "v1").isUnchanged)
        #expect(objects.take() == ["head", "head"])
        // A time that a wrong clock has written does not count as a recent use.
        objects.state.withLock { $0.objects[Self.place("v1").used]?.modified = Timestamp(milliseconds: .max) }
        #expect(try await upload(["a": "1"], as: "v1").isUnchanged)
        #expect(objects.take() == ["head", "head", "put", "head"])
        let mark = "\(Self.place("v1").removals)other.json"
        objects.state.withLock { state in
            state.objects[Self.place("v1").marker] = nil
            state.objects[mark] = .init(bytes: [], modified: state.now)
        }
        let error = await #expect(throws: BackendError.self) { _ = try await upload(["a": "1"], as: "v1") }
        #expect(error?.category == .unavailable && error?.message.contains(mark) == true)
        objects.advance(days: 0.1)
        #expect(try await upload(["a": "1"], as: "v1").found == 1)
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

    @Test(arguments: 0...5)
    func `an interrupted upload is not complete, and the next one continues it`(_ writes: Int) async throws {
        let wanted: KeyValuePairs = ["a": "1", "b": "22", "c": "333"]
        objects.state.withLock { $0.writes = writes }
        await #expect(throws: BackendError.self) { _ = try await upload(wanted, as: "v1") }
        // The first write records the use. With five writes only the name of the last version is missing.
        let isComplete = objects.bytes(Self.place("v1").marker) != nil
        #expect(isComplete == (writes == 5))
        objects.state.withLock { $0.writes = .max }
        let report = try await upload(wanted, as: "v1")
        #expect(report.isUnchanged == isComplete)
        if !isComplete {
            #expect(report.found == min(max(writes - 1, 0), 3) && report.found + report.uploaded == 3, "\(report)")
        }
        #expect(files(of: "v1") == ["a": "1", "b": "22", "c": "333"])
    }

    @Test func `a damaged list of an earlier version costs only uploads`() async throws {
        _ = try await upload(["a": "1"], as: "v1")
        objects.state.withLock { $0.objects[Self.place("v1").marker]?.bytes = Array("{\"format\":1".utf8) }
        let report = try await upload(["a": "1", "b": "2"], as: "v2")
        #expect(report.uploaded == 2 && report.copied == 0)
    }

    @Test func `the marker and the last version are outside of the prefix of the channel`() {
        let place = Self.place("abc")
        #expect(!place.marker.hasPrefix(place.files))
        #expect(!place.last(ofOriginNamed: "x").hasPrefix("\(place.root)/abc"))
    }
}
