import Foundation
import LaunchConcurrency
import LaunchCrypto
import Synchronization
import TestSupport
import Testing

@testable import LaunchOCIRegistry

/// Servers with the failures of real registries.
struct RegistryFaultTests {
    private func client(
        _ port: Int, insecure: Bool = false, login: RegistryLogin? = nil, retry: RegistryRetry = .quick
    ) throws -> RegistryClient {
        RegistryClient(
            .init(host: try RegistryHost(parsing: "localhost:\(port)"), insecure: insecure), retry: retry
        ) { () throws(OCIError) in login }
    }

    /// The error of a request for `team/train:v1`.
    private func error(_ client: RegistryClient) async throws -> OCIError {
        let error = await #expect(throws: OCIError.self) { _ = try await client.image("team/train", "v1") }
        let found = try #require(error)
        #expect(found.message.contains("team/train"))
        return found
    }

    @Test func `nothing listens at the address`() async throws {
        let port = try #require(freePort())
        let error = try await error(client(port))
        #expect(error.code == .unreachable)
        #expect(error.message.contains("localhost:\(port)"))
    }

    @Test func `a web server is not a registry`() async throws {
        let server = try TestServer { _ in .text("<html>hello</html>", status: 404) }
        #expect(try await error(client(server.port)).code == .notARegistry)
    }

    @Test func `a web server that responds with a page to everything is not a registry`() async throws {
        let server = try TestServer { _ in .text("<html>hello</html>") }
        let error = await #expect(throws: OCIError.self) { _ = try await client(server.port).image("team/train", "v1") }
        #expect([.corrupt, .notARegistry].contains(error?.code))
    }

    @Test(arguments: [
        "", "sha256:", "sha256:abc", "sha512:" + String(repeating: "0", count: 128),
        "../../../v2/other/manifests/latest",
        "sha256:" + String(repeating: "0", count: 63) + "\u{e9}", String(repeating: "a", count: 60_000),
    ])
    func `an invalid digest is used in no URL and no name`(digest: String) async throws {
        let targets = Mutex<[String]>([])
        let head = try TestServer { request in
            targets.withLock { $0.append(request.target) }
            return .text("{}", headers: [("Docker-Content-Digest", digest)])
        }
        // An empty header counts as missing.
        if !digest.isEmpty {
            #expect(try await error(client(head.port)).code == .corrupt)
            #expect(targets.withLock { $0 } == ["/v2/team/train/manifests/v1"])
        }
        for body in [
            #"{"schemaVersion":2,"config":{"digest":"\#(digest)"}}"#,
            #"{"schemaVersion":2,"manifests":[{"digest":"\#(digest)"}]}"#,
        ] {
            let inner = try TestServer { _ in .text(body) }
            let error = try await error(client(inner.port))
            #expect(error.code == .corrupt && error.message.contains("which is not a SHA-256 digest"))
            #expect(error.message.utf8.count < 400)
        }
    }

    @Test func `a transient failure is retried twice, then thrown`() async throws {
        let calls = Mutex(0)
        let failing = try TestServer { _ in
            calls.withLock { $0 += 1 }
            return .text("", status: 503)
        }
        #expect(try await error(client(failing.port)).code == .failing)
        #expect(calls.withLock { $0 } == 3)
    }

    @Test func `a failure that ends is not reported`() async throws {
        let body = Data(#"{"schemaVersion":2,"manifests":[]}"#.utf8)
        let digest = "sha256:\(SHA256.hex(body))"
        let calls = Mutex(0)
        let server = try TestServer { request in
            let call = calls.withLock { count in
                count += 1
                return count
            }
            if call == 1 { return .text("", status: 500) }
            if call == 2 { return TestAnswer(200, before: [.reset], []) }
            return .text(String(decoding: body, as: UTF8.self), headers: [("Docker-Content-Digest", digest)])
        }
        #expect(try await client(server.port).image("team/train", "v1")?.digest == digest)
    }

    @Test func `a body that does not match its digest is rejected`() async throws {
        let digest = "sha256:\(String(repeating: "a", count: 64))"
        let server = try TestServer { _ in
            .text(#"{"schemaVersion":2,"manifests":[]}"#, headers: [("Docker-Content-Digest", digest)])
        }
        #expect(try await error(client(server.port)).code == .corrupt)
    }

    @Test(arguments: ["120", "Mon, 23 Nov 2026 10:02:00 GMT"])
    func `throttling with a long wait is thrown at once, with the wait`(_ wait: String) async throws {
        let calls = Mutex(0)
        let server = try TestServer { _ in
            calls.withLock { $0 += 1 }
            return .text("", status: 429, headers: [("Retry-After", wait), ("Date", "Mon, 23 Nov 2026 10:00:00 GMT")])
        }
        let error = try await error(client(server.port))
        #expect(error.code == .throttled)
        #expect(error.retryAfter == .seconds(120))
        #expect(calls.withLock { $0 } == 1)
    }

    @Test func `a token is fetched once per repository, with the login`() async throws {
        let tokens = Mutex<[TestRequest]>([])
        let port = Mutex(0)
        let server = try TestServer { request in
            if request.target.hasPrefix("/token") {
                tokens.withLock { $0.append(request) }
                return .text(#"{"token":"ticket","expires_in":300}"#)
            }
            guard request.header("Authorization") == "Bearer ticket" else {
                let realm = "http://localhost:\(port.withLock { $0 })/token"
                return .text(
                    "", status: 401,
                    headers: [
                        (
                            "WWW-Authenticate",
                            "Bearer realm=\"\(realm)\",service=\"a b\",scope=\"repository:team/train:pull\""
                        )
                    ])
            }
            return .text("", status: 404, headers: [("Docker-Distribution-Api-Version", "registry/2.0")])
        }
        port.withLock { $0 = server.port }
        let client = try client(server.port, login: RegistryLogin(username: "u", password: "p:w"))
        #expect(try await client.image("team/train", "v1") == nil)
        #expect(try await client.image("team/train", "v2") == nil)
        let asked = tokens.withLock { $0 }
        #expect(asked.map(\.target) == ["/token?service=a%20b&scope=repository%3Ateam%2Ftrain%3Apull"])
        #expect(asked.first?.header("Authorization") == "Basic \(Data("u:p:w".utf8).base64EncodedString())")
    }

    @Test func `a registry over TLS may not send a password to a token service over plain HTTP`() async throws {
        let asked = Mutex(0)
        let authenticator = Authenticator(
            host: try RegistryHost(parsing: "registry.example.com"), plainAllowed: false
        ) { () throws(OCIError) in RegistryLogin(username: "u", password: "p") }
        let error = await #expect(throws: OCIError.self) {
            _ = try await authenticator.answer(
                Challenge.parse(#"Bearer realm="http://auth.example.com/token""#), for: RepositoryUse("team/train")
            ) { _ throws(OCIError) in
                asked.withLock { $0 += 1 }
                throw OCIError(.unreachable, "never")
            }
        }
        #expect(error?.code == .tls)
        #expect(asked.withLock { $0 } == 0)
    }

    @Test func `a password that the token service rejects is an error about the login`() async throws {
        let port = Mutex(0)
        let server = try TestServer { request in
            if request.target.hasPrefix("/token") { return .text("", status: 401) }
            let realm = "http://localhost:\(port.withLock { $0 })/token"
            return .text("", status: 401, headers: [("WWW-Authenticate", "Bearer realm=\"\(realm)\"")])
        }
        port.withLock { $0 = server.port }
        let client = try client(server.port, login: RegistryLogin(username: "u", password: "hush-hush"))
        let error = try await error(client)
        #expect(error.code == .unauthorised)
        #expect(!error.message.contains("hush-hush"))
    }

    @Test func `a cancelled request ends at once`() async throws {
        let gate = Gate()
        let server = try TestServer { _ in TestAnswer(200, before: [.wait(gate)], []) }
        defer { gate.open() }
        let client = try client(server.port)
        let task = Task { try await client.image("team/train", "v1") }
        #expect(await eventually { server.requestCount == 1 })
        task.cancel()
        let error = await #expect(throws: OCIError.self) { _ = try await task.value }
        #expect(error?.code == .cancelled)
    }

    @Test(arguments: ["Upper/case", "", "a//b", "../x", "a/../b", "a b", "a?b", "a/", "ü"])
    func `a repository that would change the URL is rejected`(repository: String) async throws {
        let client = try client(1)
        let error = await #expect(throws: OCIError.self) { _ = try await client.image(repository, "v1") }
        #expect(error?.code == .invalid)
    }

    @Test(arguments: ["", "-v1", "a/b", "v 1", "sha256:abc", "sha512:\(String(repeating: "a", count: 128))"])
    func `a reference that is neither a tag nor a digest is rejected`(reference: String) async throws {
        let client = try client(1)
        let error = await #expect(throws: OCIError.self) { _ = try await client.image("team/train", reference) }
        #expect(error?.code == .invalid)
    }
}

extension RegistryRetry {
    /// The same attempts after short waits.
    static var quick: RegistryRetry {
        var retry = RegistryRetry()
        retry.backoff.first = .milliseconds(1)
        return retry
    }
}
