import Foundation
import LaunchHTTPServing
import LaunchHost
import TestSupport
import Testing

@testable import LaunchLocalRehearsal

/// Requests of other users of the machine to the port of a job's credentials.
@Suite(.timeLimit(.minutes(30))) struct CredentialsServerTests {
    private struct Offering: CredentialsOffering {
        var credentialsEndpoint: CredentialsEndpoint {
            CredentialsEndpoint(gateways: [], pathVariable: "PATH_VARIABLE", urlVariable: "URL_VARIABLE")
        }
        func containerCredentials(of role: AssumedRole?) async throws(BackendError) -> ContainerCredentials {
            ContainerCredentials(document: Secret("{\"Token\":\"t\"}"), expiresAt: Date())
        }
        func verify() async throws(BackendError) -> Identity { Identity(principal: "tester") }
    }

    private struct Failing: CredentialsOffering {
        var credentialsEndpoint: CredentialsEndpoint { Offering().credentialsEndpoint }
        func containerCredentials(of role: AssumedRole?) async throws(BackendError) -> ContainerCredentials {
            throw BackendError(.denied, "the account is not allowed")
        }
        func verify() async throws(BackendError) -> Identity { Identity(principal: "tester") }
    }

    private static let path = "/v2/credentials/0123456789abcdef"

    private func server(_ limits: HTTPServer.Limits = .init()) throws -> CredentialsServer {
        try CredentialsServer(
            address: "127.0.0.1", port: 0, path: Self.path, credentials: Offering(), role: nil, log: .silent,
            limits: limits)
    }

    private func get(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n" }

    @Test func `only the whole path is answered`() async throws {
        let server = try server()
        let whole = await RawClient.answer(to: get(Self.path), server.port)
        #expect(whole.hasPrefix("HTTP/1.1 200") && whole.hasSuffix("{\"Token\":\"t\"}"))
        #expect(whole.contains("Content-Type: application/json\r\n") && whole.contains("Cache-Control: no-store\r\n"))
        let guesses = [
            "/", "/v2/credentials", "/v2/credentials/", String(Self.path.dropLast()), Self.path + "0", "*",
            Self.path + "?", Self.path.replacing("9", with: "%39"), "/" + Self.path, Self.path.uppercased(),
        ]
        for path in guesses {
            let got = await RawClient.answer(to: get(path), server.port)
            #expect(got.hasPrefix("HTTP/1.1 404") && !got.contains("Token"), "\(path)")
        }
        for method in ["POST", "HEAD", "get", "OPTIONS"] {
            let request = "\(method) \(Self.path) HTTP/1.1\r\nHost: x\r\n\r\n"
            #expect(await RawClient.answer(to: request, server.port).isEmpty, "\(method)")
        }
        server.stop()
    }

    @Test func `a failure of the source does not reach the container`() async throws {
        let server = try CredentialsServer(
            address: "127.0.0.1", port: 0, path: Self.path, credentials: Failing(), role: nil, log: .silent)
        let got = await RawClient.answer(to: get(Self.path), server.port)
        #expect(got.hasPrefix("HTTP/1.1 503") && !got.contains("account"))
        server.stop()
    }

    @Test func `a used port is unavailable`() throws {
        let server = try server()
        let error = #expect(throws: BackendError.self) {
            try CredentialsServer(
                address: "127.0.0.1", port: server.port, path: Self.path, credentials: Offering(), role: nil,
                log: .silent)
        }
        #expect(error?.category == .unavailable)
        #expect(
            error?.message == "Nothing can be served at 127.0.0.1:\(server.port): Address already in use.")
        server.stop()
    }

    @Test func `silent connections of one client are limited`() async throws {
        let server = try server(.init(connectionsPerAddress: 1))
        // The server closes a silent connection after a while; on a slow machine the next request may come after
        // that.
        let wasRefused = try await eventually {
            let silent = try #require(RawClient(server.port))
            defer { withExtendedLifetime(silent) {} }
            return await RawClient.answer(to: get(Self.path), server.port).isEmpty
        }
        #expect(wasRefused)
        #expect(await eventually { await RawClient.answer(to: get(Self.path), server.port).hasPrefix("HTTP/1.1 200") })
        server.stop()
    }
}
