import Foundation
import LaunchCrypto
import Synchronization
import TestSupport
import Testing

@testable import LaunchOCIRegistry

/// Pushes to a real registry and to one that fails as the test says.
struct BlobPushTests {
    private static func client(
        _ host: String, piece: Int64 = 1000, login: RegistryLogin? = nil
    ) throws -> RegistryClient {
        RegistryClient(.init(host: try RegistryHost(parsing: host)), retry: .quick, pieceBytes: piece) {
            () throws(OCIError) in login
        }
    }

    private static func bytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var random = SeededRandom(seed: seed)
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    @Test(.enabled(if: RegistryServer.isWanted, "LAUNCH_TEST_NO_REGISTRY=1"))
    func `a blob is pushed, found, mounted and read with a login`() async throws {
        let server = try await RegistryServer(.init(login: true))
        let login = RegistryLogin(username: RegistryServer.username, password: RegistryServer.password)
        let client = try Self.client(server.host, login: login)
        let blob = BlobBytes(Self.bytes(5000))
        #expect(try await !client.hasBlob("team/base", blob.digest))
        try await client.push(blob, to: "team/base")
        #expect(try await client.hasBlob("team/base", blob.digest))
        #expect(try await !client.hasBlob("team/train", blob.digest))
        let mount = try await client.mount(blob.digest, from: "team/base", to: "team/train")
        guard case .mounted = mount else {
            Issue.record("the registry does not mount")
            return
        }
        #expect(try await client.hasBlob("team/train", blob.digest))
        let remote = client.remoteBlob("team/train", blob.digest, size: 5000)
        for offset in [0, 1, 4999, 5000] as [Int64] {
            guard offset < 5000 else { continue }
            let reader = try await remote.reader(from: offset)
            var read: [UInt8] = []
            while let more = try await reader.next() { read += more }
            #expect(read == Array(Self.bytes(5000).dropFirst(Int(offset))))
        }
    }

    @Test(.enabled(if: RegistryServer.isWanted, "LAUNCH_TEST_NO_REGISTRY=1"))
    func `a connection that is cut again and again gets a blob to a real registry in pieces`() async throws {
        let server = try await RegistryServer()
        let proxy = try CuttingProxy(to: server.port)
        let client = try Self.client("localhost:\(proxy.port)", piece: 64 << 10)
        let blob = BlobBytes(Self.bytes(1 << 20))
        proxy.cut(after: 300_000)
        let task = Task { try await client.push(blob, to: "team/train") }
        #expect(await eventually { proxy.passed >= 300_000 })
        proxy.cut(after: nil)
        try await task.value
        #expect(try await Self.client(server.host).hasBlob("team/train", blob.digest))
    }

    @Test func `faults of a registry do not change what is stored`() async throws {
        let seen = Mutex<[String: Int]>([:])
        let faults: [ScriptedRegistry.Fault] = [.cut, .half, .status(503), .deaf, .status(429)]
        let registry = try ScriptedRegistry { call in
            let count = seen.withLock { seen in
                seen[call.method, default: 0] += 1
                return seen[call.method, default: 0]
            }
            return count <= 2 ? faults[(count + call.method.count) % faults.count] : nil
        }
        let blob = BlobBytes(Self.bytes(5000))
        try await Self.client(registry.host).push(blob, to: "team/train")
        #expect(registry.blob(blob.digest) == Self.bytes(5000))
    }

    @Test func `a registry that discards pieces gets the blob whole`() async throws {
        let first = Mutex(true)
        let registry = try ScriptedRegistry { call in
            if call.method == "PATCH" { return .noPieces }
            if call.method == "PUT",
                first.withLock({ first in
                    defer { first = false }
                    return first
                })
            {
                return .cut
            }
            return nil
        }
        let blob = BlobBytes(Self.bytes(5000))
        try await Self.client(registry.host).push(blob, to: "team/train")
        #expect(registry.blob(blob.digest) == Self.bytes(5000))
        #expect(registry.calls.contains { $0.method == "PATCH" })
    }

    @Test func `wrong bytes of a source registry are not stored under the digest`() async throws {
        let source = try ScriptedRegistry { $0.method == "GET" ? .wrongBytes : nil }
        let target = try ScriptedRegistry()
        let bytes = Self.bytes(5000)
        let digest = source.add(bytes, to: "base")
        let remote = try Self.client(source.host).remoteBlob("base", digest, size: 5000)
        let client = try Self.client(target.host)
        let error = await #expect(throws: OCIError.self) { try await client.push(remote, to: "team/train") }
        #expect(error?.code == .corrupt || error?.code == .refused)
        #expect(!target.has(digest, in: "team/train"))
    }

    @Test func `an upload that leads to another server is not followed`() async throws {
        let other = try ScriptedRegistry()
        let registry = try TestServer { request in
            request.method == "POST"
                ? TestAnswer(202, headers: [("Location", "http://\(other.host)/v2/x/blobs/uploads/1")], [])
                : TestAnswer(404, headers: [("Docker-Distribution-Api-Version", "registry/2.0")], [])
        }
        let client = try Self.client("localhost:\(registry.port)")
        let error = await #expect(throws: OCIError.self) {
            try await client.push(BlobBytes([1, 2, 3]), to: "team/train")
        }
        #expect(error?.code == .untrusted)
        #expect(other.calls.isEmpty)
    }

    @Test func `a refused manifest has the registry's own words`() async throws {
        let registry = try TestServer { _ in
            .text(#"{"errors":[{"code":"TAG_INVALID","message":"immutable\u001b[31m"}]}"#, status: 400)
        }
        let client = try Self.client("localhost:\(registry.port)")
        let error = await #expect(throws: OCIError.self) {
            try await client.putManifest([1], mediaType: ImageFormat.oci.manifest, to: "team/train", "v1")
        }
        #expect(error?.code == .refused)
        #expect(
            error?.message
                == "localhost:\(registry.port)/team/train refuses the manifest of v1 with status 400: "
                + "TAG_INVALID, immutable?[31m.")
    }

    @Test(
        arguments: [
            ("0-0", 0), ("0-1023", 1024), ("bytes=0-9", 10), ("5-9", nil), ("", nil), ("0-99999999999999999999", nil),
        ] as [(String, Int64?)])
    func `a range says how many bytes an upload has`(text: String, count: Int64?) {
        #expect(BlobUpload.count(text) == count)
    }

    @Test(arguments: [Int64.max, -1, 1 << 51]) func `a layer with an impossible size is an error`(_ size: Int64)
        async throws
    {
        let registry = try ScriptedRegistry()
        let config = registry.add(Array("{}".utf8), to: "team/base")
        let manifest = """
            {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
             "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "\(config)", "size": 2},
             "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": "\(config)",
                         "size": \(size)}]}
            """
        let digest = registry.addManifest(
            Array(manifest.utf8), type: "application/vnd.oci.image.manifest.v1+json", to: "team/base", tag: "1")
        let error = await #expect(throws: OCIError.self) {
            try await Self.client(registry.host).documents("team/base", digest)
        }
        #expect(error?.code == .corrupt)
    }
}
