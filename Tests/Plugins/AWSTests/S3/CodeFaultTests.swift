import AWSStub
import Foundation
import LaunchCrypto
import LaunchHost
import TestSupport
import Testing

@testable import LaunchAWS

/// Uploads of code to an S3 that fails at random.
@Suite(.timeLimit(.minutes(30))) struct CodeFaultTests {
    private static let bucket = "data"

    /// The files of a version; most are those of the version before.
    private static func texts(_ version: Int) -> [String: String] {
        ["train.py": "print(\(version))\n", "lib/model.py": "model = 1\n", "lib/same.py": "model = 1\n", "empty": ""]
    }

    private static func code(_ version: Int, _ folder: TemporaryDirectory) throws -> CodeFolder {
        let texts = texts(version)
        let files = try texts.keys.sorted().map { path in
            try folder.write("\(version)/\(path)", texts[path] ?? "")
            return CodeFolder.File(
                path: path, source: path, size: Int64(texts[path]?.utf8.count ?? 0),
                content: SHA256.hex((texts[path] ?? "").utf8))
        }
        let digest = SHA256.hex("version \(version)".utf8)
        return CodeFolder(folder: folder.file("\(version)"), digest: digest, files: files)
    }

    /// 500 uploads, each with its own faults: errors of the server, lost requests and lost answers. After each of them,
    /// with or without an error, a version with its marker has exactly its files. The next upload continues.
    @Test func `no fault leaves a version that looks complete and is not, and each upload continues`() async throws {
        let bench = try ClientBench()
        bench.stub.s3.add(bucket: Self.bucket)
        let folder = try TemporaryDirectory()
        let versions = try [Self.code(0, folder), Self.code(1, folder)]
        let (failures, continued) = (Recorder<UInt64>(), Recorder<Int>())
        for seed in UInt64(0)..<250 {
            let root = "s3://\(Self.bucket)/\(seed)"
            // The second version copies the files of the first one.
            for (version, code) in versions.enumerated() {
                let place = CodePlace(root: root, digest: code.digest)
                let upload = { () async throws(BackendError) in
                    try await CodeUpload(S3ObjectStore(store: bench.store()), to: place, scratch: folder.path)
                        .run(code, origin: "me") { _ in }
                }
                bench.stub.chaos(
                    // S3 throttles with status 503. A status 400 without a body, as HEAD has it, is a refusal.
                    Chaos(
                        seed: seed &* 2 &+ UInt64(version), throttled: 0, serverErrors: 0.45, resets: 0.1,
                        lostAnswers: 0.1, expired: 0),
                    services: ["s3"])
                var isDone = false
                do throws(BackendError) {
                    _ = try await upload()
                    isDone = true
                } catch {
                    failures.add(seed)
                    #expect(
                        [.throttled, .transient, .unavailable].contains(error.category), "\(seed): \(error)")
                }
                bench.stub.chaos(nil, services: ["s3"])
                Self.check(bench.stub.s3, place, version, isComplete: isDone ? true : nil, seed)
                let report = try await upload()
                #expect(!isDone || report.isUnchanged, "seed \(seed): \(report)")
                continued.add(report.found)
                Self.check(bench.stub.s3, place, version, isComplete: true, seed)
            }
        }
        // The faults are frequent enough to interrupt many uploads, at different points.
        #expect(failures.all.count > 20, "\(failures.all.count)")
        #expect(Set(continued.all).count > 2, "\(Set(continued.all))")
    }

    /// - Parameter isComplete: whether the marker must be there; nil if it may.
    private static func check(
        _ stub: S3Stub, _ place: CodePlace, _ version: Int, isComplete: Bool?, _ seed: UInt64
    ) {
        func key(_ uri: String) -> String { String(uri.dropFirst("s3://\(bucket)/".count)) }
        let hasMarker = stub.content(bucket: bucket, key: key(place.marker)) != nil
        if let isComplete { #expect(hasMarker == isComplete, "seed \(seed)") }
        guard hasMarker else { return }
        let prefix = key(place.files)
        let keys = stub.keys(bucket: bucket).filter { $0.hasPrefix(prefix) }
        let found = Dictionary(
            uniqueKeysWithValues: keys.map { name in
                let bytes = stub.content(bucket: bucket, key: name) ?? []
                return (String(name.dropFirst(prefix.count)), String(decoding: bytes, as: UTF8.self))
            })
        #expect(found == texts(version), "seed \(seed): a complete version with other files")
    }
}
