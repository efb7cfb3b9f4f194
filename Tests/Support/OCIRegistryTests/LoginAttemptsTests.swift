import Foundation
import Synchronization
import TestSupport
import Testing

@testable import LaunchOCIRegistry

/// A login is sent to its registry, and to no other server.
@Suite("Attempts to steal a registry's login", .timeLimit(.minutes(30)))
struct LoginAttemptsTests {
    private static let password = "hush-hush-hush"
    private static let basic = "Basic " + Data("u:\(password)".utf8).base64EncodedString()

    /// A registry and another server that records all its requests.
    private final class Pair: Sendable {
        private let state = Mutex((ports: LoginAttempt.Ports(own: 0, other: 0), seen: [TestRequest]()))
        private let servers = Mutex<[TestServer]>([])

        init(
            registry: @escaping LoginAttempt.Answering, other: @escaping LoginAttempt.Answering
        ) throws {
            let own = try TestServer { [unowned self] in registry($0, ports) }
            let stranger = try TestServer { [unowned self] request in
                state.withLock { $0.seen.append(request) }
                return other(request, ports)
            }
            state.withLock { $0.ports = LoginAttempt.Ports(own: own.port, other: stranger.port) }
            servers.withLock { $0 = [own, stranger] }
        }

        var ports: LoginAttempt.Ports { state.withLock(\.ports) }
        /// The requests that the other server received.
        var seen: [TestRequest] { state.withLock(\.seen) }

        func client(named hosts: [String] = [], withLogin: Bool = true) throws -> RegistryClient {
            RegistryClient(
                .init(host: try RegistryHost(parsing: "localhost:\(ports.own)"), tokenHosts: hosts),
                retry: .quick
            ) { () throws(OCIError) in withLogin ? RegistryLogin(username: "u", password: password) : nil }
        }

        func stop() {
            for server in servers.withLock({ $0 }) { server.stop() }
        }
    }

    @Test(arguments: LoginAttempt.all)
    func `the login stays`(_ attempt: LoginAttempt) async throws {
        let pair = try Pair(registry: attempt.registry, other: attempt.other)
        defer { pair.stop() }
        let client = try pair.client()
        let error = await #expect(throws: OCIError.self) { try await client.image("team/train", "v1") }
        #expect(error?.code == attempt.code, "\(error?.message ?? "")")
        #expect(error?.message.contains(attempt.words(pair.ports)) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("team/train") == true)
        for request in pair.seen {
            #expect(request.header("Authorization") == nil, "\(request)")
            let all = request.target + request.headers.map { "\($0.name): \($0.value)" }.joined() + request.text
            #expect(!all.contains(Self.password) && !all.contains(Self.basic))
        }
    }

    private static let sendsElsewhere: LoginAttempt.Answering = { request, ports in
        guard request.header("Authorization") == "Bearer ticket" else {
            let realm = "http://localhost:\(ports.other)/token"
            return .text("", status: 401, headers: [("WWW-Authenticate", "Bearer realm=\"\(realm)\"")])
        }
        return .text("", status: 404, headers: [("Docker-Distribution-Api-Version", "registry/2.0")])
    }
    private static let gives: LoginAttempt.Answering = { _, _ in .text(#"{"token":"ticket"}"#) }

    @Test func `a token service that the configuration names gets the login`() async throws {
        let pair = try Pair(registry: Self.sendsElsewhere, other: Self.gives)
        defer { pair.stop() }
        let client = try pair.client(named: ["LOCALHOST:\(pair.ports.other)"])
        #expect(try await client.image("team/train", "v1") == nil)
        #expect(pair.seen.map { $0.header("Authorization") } == [Self.basic])
    }

    @Test func `a name without the port is another host`() async throws {
        let pair = try Pair(registry: Self.sendsElsewhere, other: Self.gives)
        defer { pair.stop() }
        let client = try pair.client(named: ["localhost", "localhost:1"])
        let error = await #expect(throws: OCIError.self) { try await client.image("team/train", "v1") }
        #expect(error?.code == .untrusted)
        #expect(pair.seen.isEmpty)
    }

    @Test func `without a login a token is asked for anywhere`() async throws {
        let pair = try Pair(registry: Self.sendsElsewhere, other: Self.gives)
        defer { pair.stop() }
        #expect(try await pair.client(withLogin: false).image("team/train", "v1") == nil)
        #expect(pair.seen.map { $0.header("Authorization") } == [nil])
    }

    /// The documented pairs of registry and token service, and similar ones that are not documented.
    @Test(arguments: [
        ("docker.io", "https://auth.docker.io/token", true), ("docker.io", "https://auth.docker.io:8443/token", false),
        ("docker.io", "https://auth.docker.io.evil.example/token", false),
        ("docker.io", "https://registry-1.docker.io/token", true), ("docker.io", "https://docker.io/token", false),
        ("registry.gitlab.com", "https://gitlab.com/jwt/auth", true), ("ghcr.io", "https://ghcr.io/token", true),
        ("ghcr.io", "https://GHCR.io:443/token", true), ("ghcr.io", "https://ghcr.io:444/token", false),
        ("registry.example.com", "https://auth.docker.io/token", false),
        ("registry.example.com", "https://auth.example.com/token", false),
        ("registry.example.com:5000", "https://registry.example.com/token", false),
        ("registry.example.com:5000", "https://registry.example.com:5000/token", true),
    ])
    func `known token services`(_ registry: String, _ realm: String, _ isTrusted: Bool) throws {
        let realms = TokenRealms(host: try RegistryHost(parsing: registry), isPlain: false, named: [])
        if isTrusted {
            try realms.check(realm, asksWithLogin: true, for: "x")
        } else {
            let error = #expect(throws: OCIError.self) { try realms.check(realm, asksWithLogin: true, for: "x") }
            #expect(error?.code == .untrusted)
        }
        try realms.check(realm, asksWithLogin: false, for: "x")
    }

    @Test func `a named token service on another machine must be secure`() throws {
        let realms = TokenRealms(
            host: try RegistryHost(parsing: "10.0.0.1:5000"), isPlain: true, named: ["10.0.0.2:80", "10.0.0.2"])
        let error = #expect(throws: OCIError.self) {
            try realms.check("http://10.0.0.2/token", asksWithLogin: true, for: "x")
        }
        #expect(error?.code == .tls)
        try realms.check("https://10.0.0.2/token", asksWithLogin: true, for: "x")
        try realms.check("http://10.0.0.1:5000/token", asksWithLogin: true, for: "x")
    }
}
