import Foundation
import Glibc
import LaunchHost
import TestSupport
import Testing

@testable import LocalDocker

/// Requests of other users of the machine to the port of a job's credentials.
@Suite(.timeLimit(.minutes(10))) struct CredentialsServerTests {
    private struct Offering: CredentialsOffering {
        var credentialsEndpoint: CredentialsEndpoint {
            CredentialsEndpoint(places: [], pathVariable: "PATH_VARIABLE", urlVariable: "URL_VARIABLE")
        }
        func containerCredentials(of role: AssumedRole?) async throws(BackendError) -> ContainerCredentials {
            ContainerCredentials(document: Secret("{\"Token\":\"t\"}"), expiresAt: Date())
        }
        func verify() async throws(BackendError) -> Identity { Identity(principal: "tester") }
    }

    private static let path = "/v2/credentials/0123456789abcdef"

    private func server(most: Int = 64) throws -> CredentialsServer {
        try CredentialsServer(
            address: "127.0.0.1", port: 0, path: Self.path, credentials: Offering(), role: nil, log: .silent,
            mostConnections: most)
    }

    /// Opens a connection without sending a request.
    private func connect(_ port: UInt16) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        try #require(isConnected)
        return descriptor
    }

    /// The complete reply to a request; empty without a reply.
    private func answer(_ request: String, _ port: UInt16) async throws -> String {
        let connection = try connect(port)
        defer { close(connection) }
        let bytes = Array(request.utf8)
        _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        // In a thread of its own, because it blocks.
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var whole: [UInt8] = []
                var buffer = [UInt8](repeating: 0, count: 4_096)
                while case let count = recv(connection, &buffer, buffer.count, 0), count > 0 {
                    whole += buffer[..<count]
                }
                continuation.resume(returning: String(decoding: whole, as: UTF8.self))
            }
        }
    }

    private func get(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n" }

    @Test func onlyTheWholePathIsAnswered() async throws {
        let server = try server()
        #expect(try await answer(get(Self.path), server.port).hasPrefix("HTTP/1.1 200"))
        let guesses = ["/", "/v2/credentials", "/v2/credentials/", String(Self.path.dropLast()), Self.path + "0", "*"]
        for path in guesses {
            let got = try await answer(get(path), server.port)
            #expect(got.hasPrefix("HTTP/1.1 404") && !got.contains("Token"), "\(path)")
        }
        for request in ["POST \(Self.path) HTTP/1.1\r\n\r\n", "\r\n\r\n", "GET\r\n\r\n"] {
            #expect(try await answer(request, server.port).isEmpty, "\(request)")
        }
        await server.stop()
    }

    @Test func connectionsThatSayNothingDoNotPileUp() async throws {
        let server = try server(most: 1)
        // The server closes a silent connection after a while; on a slow machine the next request may come after
        // that.
        let wasRefused = try await eventually {
            let silent = try connect(server.port)
            defer { close(silent) }
            return try await answer(get(Self.path), server.port).isEmpty
        }
        #expect(wasRefused)
        #expect(try await eventually { try await answer(get(Self.path), server.port).hasPrefix("HTTP/1.1 200") })
        await server.stop()
    }
}
