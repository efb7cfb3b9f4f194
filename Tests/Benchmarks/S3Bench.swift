import Foundation
import LaunchAWS
import LaunchHTTP
import LaunchHost

/// The upload and download of one large object, and its memory use.
enum S3Bench {
    struct Failure: Error {
        let what: String
    }

    static func run(mebibytes: Int, place: [String]) async throws {
        let server = try place.count == 3 ? (said: place, leash: nil) : BenchServer.start("serve-s3")
        guard server.said.count == 3 else { throw Failure(what: "the server said nothing") }
        let endpoint = server.said[0]
        let keys = AWSCredentials(accessKeyID: server.said[1], secretAccessKey: Secret(server.said[2]))
        let store = S3Store(
            region: "us-east-1", credentials: FixedCredentials(keys),
            runtime: AWSRuntime(http: HTTPClient(configuration: .init(proxy: .direct)), userAgent: "launch/bench"),
            style: .path
        ) { (_: String) throws(AWSError) in endpoint }

        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("launch-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let source = folder.appendingPathComponent("source").path
        try Data().write(to: URL(fileURLWithPath: source))
        // A sparse file needs no disk space.
        guard truncate(source, mebibytes << 20) == 0 else { throw Failure(what: "no room") }

        let upBegan = ContinuousClock.now
        try await store.upload(file: source, bucket: "bench", key: "object")
        let up = seconds(ContinuousClock.now - upBegan)
        let target = folder.appendingPathComponent("target").path
        let downBegan = ContinuousClock.now
        let object = try await store.download(bucket: "bench", key: "object", to: target)
        let down = seconds(ContinuousClock.now - downBegan)
        let size = try FileManager.default.attributesOfItem(atPath: target)[.size] as? Int
        guard size == mebibytes << 20, object.size == Int64(mebibytes << 20) else { throw Failure(what: "wrong size") }
        report([
            "mib": Double(mebibytes), "up_seconds": up, "down_seconds": down,
            "up_mib_per_second": Double(mebibytes) / up, "down_mib_per_second": Double(mebibytes) / down,
            "peak_rss_kb": Double(Memory.peak),
        ])
        _ = server.leash
    }
}
