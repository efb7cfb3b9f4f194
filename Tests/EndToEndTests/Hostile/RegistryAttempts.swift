import Foundation
import LaunchCrypto
import Synchronization
import TestSupport
import Testing

/// Hostile replies of a registry that a submitter's image names.
@Suite("Attempts by a registry", .timeLimit(.minutes(30)))
struct RegistryAttempts {
    private static let manifest =
        #"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}"#
    private static let digest = "sha256:\(SHA256.hex(Data(manifest.utf8)))"

    /// Requests an image from the registry, as a plan does.
    private func plan(_ handler: @escaping TestServer.Handler) async throws -> Answer {
        let home = try MockHome()
        let server = try TestServer(handler)
        try home.folder.write(
            ".config/launch/launch-config.yaml",
            "registry: {type: local, uri: \"localhost:\(server.port)/team\"}\n")
        return try await home.launch(
            ["plan", "-r", "local-docker", "--image", "localhost:\(server.port)/team/train:v1"],
            setting: ["DOCKER_HOST": "unix:///none.sock"])
    }

    private static func head(_ digest: String) -> [(String, String)] {
        [("Docker-Content-Digest", digest), ("Docker-Distribution-Api-Version", "registry/2.0")]
    }

    @Test
    func `an invalid digest ends with 69 and is attributed to the registry, not to this program`() async throws {
        for digest in ["sha256:abc", "../../etc/passwd", "sha256:" + String(repeating: "Z", count: 64)] {
            let answer = try await plan { _ in .text(Self.manifest, headers: Self.head(digest)) }
            #expect(answer.code == 69, "\(answer)")
            #expect(answer.errors.contains("localhost:"), "\(answer)")
            #expect(answer.errors.contains("which is not a SHA-256 digest"), "\(answer)")
            #expect(!answer.errors.contains("fault of launch"))
        }
    }

    @Test
    func `a document that does not match its digest ends with 69, and nothing is pinned`() async throws {
        let wrong = "sha256:" + String(repeating: "0", count: 64)
        let answer = try await plan { _ in .text(Self.manifest, headers: Self.head(wrong)) }
        #expect(answer.code == 69, "\(answer)")
        #expect(answer.errors.contains("returned \(Self.digest) for \(wrong)"), "\(answer)")
    }

    @Test
    func `a configuration that does not match its digest ends with 69`() async throws {
        let zeros = "sha256:" + String(repeating: "0", count: 64)
        let body = #"{"schemaVersion":2,"config":{"mediaType":"x","size":1,"digest":"\#(zeros)"}}"#
        let digest = "sha256:\(SHA256.hex(Data(body.utf8)))"
        let answer = try await plan { request in
            request.target.contains("/blobs/") ? .text("{}") : .text(body, headers: Self.head(digest))
        }
        #expect(answer.code == 69 && answer.errors.contains("for \(zeros)."), "\(answer)")
    }

    @Test
    func `a digest with path components in a document is not used in any URL`() async throws {
        let body = #"{"schemaVersion":2,"config":{"digest":"../../../../admin/delete?x="}}"#
        let digest = "sha256:\(SHA256.hex(Data(body.utf8)))"
        let targets = Mutex<[String]>([])
        let answer = try await plan { request in
            targets.withLock { $0.append(request.target) }
            return .text(body, headers: Self.head(digest))
        }
        #expect(answer.code == 69, "\(answer)")
        #expect(targets.withLock { $0 }.allSatisfy { !$0.contains("admin") })
    }

    @Test
    func `a manifest that is too long or too deep is rejected with a message`() async throws {
        let large = try await plan { request in
            TestAnswer(200, headers: Self.head(Self.digest), request.method == "HEAD" ? [] : [.zeros(40 << 20)])
        }
        #expect([65, 69].contains(large.code) && large.errors.contains("localhost:"), "\(large)")
        let deep = String(repeating: "[", count: 1_000_000)
        let digest = "sha256:\(SHA256.hex(Data(deep.utf8)))"
        let nested = try await plan { _ in .text(deep, headers: Self.head(digest)) }
        #expect([65, 69].contains(nested.code) && nested.errors.contains("localhost:"), "\(nested)")
    }

    @Test
    func `endless redirects and endless waits end`() async throws {
        let loop = try await plan { request in
            TestAnswer(307, headers: [("Location", request.target + "x")])
        }
        #expect([65, 69].contains(loop.code), "\(loop)")
        let wait = try await plan { _ in
            TestAnswer(429, headers: [("Retry-After", "9223372036854775807")])
        }
        #expect(wait.code == 75, "\(wait)")
    }
}
