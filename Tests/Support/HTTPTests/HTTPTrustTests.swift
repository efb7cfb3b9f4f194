import LaunchSubprocess
import TestSupport
import Testing

@testable import LaunchHTTP

/// TLS with a private authority that the test creates.
@Suite(.timeLimit(.minutes(30)), .enabled(if: Subprocess.find("openssl") != nil)) struct HTTPTrustTests {
    private static let name = "123456789012.dkr.ecr.us-east-1.amazonaws.com"

    /// A key and a self-signed certificate for `name`.
    private func certificate(in folder: TemporaryDirectory) async throws -> (key: String, certificate: String) {
        let (key, certificate) = (folder.file("key.pem"), folder.file("certificate.pem"))
        let made = try await Subprocess.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-subj", "/CN=test", "-addext", "subjectAltName=DNS:\(Self.name)", "-keyout", key, "-out", certificate,
            ])
        try #require(made.exit.isSuccess)
        return (key, certificate)
    }

    @Test func `only the authority that was given is trusted`() async throws {
        let folder = try TemporaryDirectory()
        let (key, certificate) = try await certificate(in: folder)
        let port = try #require(freePort())
        let server = Task {
            try await Subprocess.run(
                "openssl", ["s_server", "-accept", "127.0.0.1:\(port)", "-key", key, "-cert", certificate, "-www"],
                stdout: .discard, stderr: .discard)
        }
        defer { server.cancel() }
        func request(_ host: String) -> HTTPRequest {
            HTTPRequest(
                .get, "https://\(host)/",
                resolve: [.init(host: host, port: 443, address: "127.0.0.1", addressPort: port)])
        }
        let trusting = HTTPClient(configuration: .init(caBundle: certificate, proxy: .direct))
        let wanted = request(Self.name)
        #expect(
            await eventually {
                do throws(HTTPError) {
                    return try await trusting.send(wanted).status == 200
                } catch {
                    return false
                }
            })
        let otherName = await #expect(throws: HTTPError.self) { try await trusting.send(request("other.example")) }
        #expect(otherName?.code == .tls)
        let strict = HTTPClient(configuration: .init(proxy: .direct))
        let refused = await #expect(throws: HTTPError.self) { try await strict.send(wanted) }
        #expect(refused?.code == .tls)
        #expect(refused?.requestMayHaveReachedServer == false)
        #expect(refused?.host == Self.name)
        let missing = HTTPClient(configuration: .init(caBundle: folder.file("none"), proxy: .direct))
        let unreadable = await #expect(throws: HTTPError.self) { try await missing.send(wanted) }
        #expect(unreadable?.code == .tls)
        server.cancel()
        _ = await server.result
    }
}
