import Foundation
import LaunchCrypto
import TestSupport
import Testing

@testable import LaunchOCIRegistry

/// Registries and token services that deviate from the specification.
@Suite(.timeLimit(.minutes(30))) struct OddRegistryTests {
    private static let manifest = #"{"schemaVersion":2,"manifests":[]}"#
    private static let digest = "sha256:\(SHA256.hex(manifest.utf8))"

    private func client(_ server: TestServer) throws -> RegistryClient {
        RegistryClient(.init(host: try RegistryHost(parsing: "localhost:\(server.port)"))) { () throws(OCIError) in nil
        }
    }

    @Test(arguments: [405, 501]) func `a registry without HEAD is asked with GET`(_ status: Int) async throws {
        let headers = [("Docker-Distribution-Api-Version", "registry/2.0")]
        let server = try TestServer { request in
            if request.method == "HEAD" { return .text("", status: status, headers: headers) }
            guard request.target.hasSuffix("/v1") || request.target.hasSuffix(Self.digest) else {
                return .text("{}", status: 404, headers: headers)
            }
            return .text(
                Self.manifest,
                headers: headers + [("Content-Type", "application/vnd.oci.image.index.v1+json")])
        }
        let client = try client(server)
        #expect(try await client.image("team/a", "v1")?.digest == Self.digest)
        #expect(try await client.image("team/a", Self.digest)?.digest == Self.digest)
        #expect(try await client.image("team/a", "v2") == nil)
        let other = "sha256:\(String(repeating: "0", count: 64))"
        #expect(try await client.image("team/a", other) == nil)
    }

    @Test func `what answers 405 to everything is not a registry`() async throws {
        let server = try TestServer { _ in .text("", status: 405) }
        let client = try client(server)
        let error = await #expect(throws: OCIError.self) { _ = try await client.image("team/a", "v1") }
        #expect(error?.code == .notARegistry)
    }

    @Test(arguments: [
        #"{"token": "", "access_token": "good"}"#, #"{"token": "good", "access_token": ""}"#,
        #"{"access_token": "good"}"#, #"{"token": null, "access_token": "good", "expires_in": 60}"#,
    ])
    func `an empty token beside another is passed over`(_ answer: String) async throws {
        let server = try TestServer { request in
            if request.target.hasPrefix("/token") { return .text(answer) }
            guard request.header("authorization") == "Bearer good" else {
                let host = request.header("host") ?? ""
                return .text(
                    "", status: 401, headers: [("WWW-Authenticate", "Bearer realm=\"http://\(host)/token\"")])
            }
            return .text(
                Self.manifest,
                headers: [
                    ("Docker-Content-Digest", Self.digest),
                    ("Content-Type", "application/vnd.oci.image.index.v1+json"),
                ])
        }
        #expect(try await client(server).image("team/a", "v1")?.digest == Self.digest)
    }
}
