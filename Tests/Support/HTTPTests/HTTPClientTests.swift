import Foundation
import Synchronization
import TestSupport
import Testing

@testable import LaunchHTTP

/// One request and one response, in memory.
@Suite(.timeLimit(.minutes(30))) struct HTTPClientTests {
    private let client = HTTPClient()

    @Test func `status, headers and body arrive as sent`() async throws {
        let server = try TestServer { request in
            .text(
                "\(request.method) \(request.target) \(request.header("x-one") ?? "-") \(request.text)", status: 418,
                headers: [("X-Twice", "a"), ("x-twice", " b "), ("X-Empty", "")])
        }
        let answer = try await client.send(
            HTTPRequest(.put, "\(server.url)/a%2Fb/../c?uploads&b=2&a=1", headers: ["X-One": "1"], body: .text("hello"))
        )
        #expect(answer.status == 418)
        #expect(String(decoding: answer.body, as: UTF8.self) == "PUT /a%2Fb/../c?uploads&b=2&a=1 1 hello")
        #expect(answer.headers.values("X-TWICE") == ["a", "b"])
        #expect(answer.headers["x-empty"] == "")
        #expect(answer.headers["x-none"] == nil)
    }

    @Test(arguments: [HTTPMethod.get, .head, .post, .put, .patch, .delete])
    func `every method is sent with and without a body`(_ method: HTTPMethod) async throws {
        let server = try TestServer { request in
            .text("", headers: [("X-Saw", "\(request.method) \(request.header("content-length") ?? "none")")])
        }
        let bare = try await client.send(HTTPRequest(method, server.url))
        let length = [.post, .put, .patch].contains(method) ? "0" : "none"
        #expect(bare.headers["X-Saw"] == "\(method.rawValue) \(length)")
        guard method != .head else { return }
        let full = try await client.send(HTTPRequest(method, server.url, body: .bytes([1, 2, 3])))
        #expect(full.headers["X-Saw"] == "\(method.rawValue) 3")
        #expect(server.connectionCount == 1)
    }

    @Test func `a request has only the caller's headers`() async throws {
        let server = try TestServer { .text($0.headers.map(\.name).sorted().joined(separator: ",")) }
        let answer = try await client.send(
            HTTPRequest(.post, server.url, headers: ["X-Empty": "", "content-length": "99"], body: .text("{}")))
        #expect(
            String(decoding: answer.body, as: UTF8.self) == "Accept,Content-Length,Host,User-Agent,X-Empty")
    }

    @Test func `concurrent requests share connections`() async throws {
        let server = try TestServer { .text($0.target) }
        let client = HTTPClient(configuration: .init(maxConnectionsPerHost: 16))
        for _ in 0..<5 {
            let bodies = try await withThrowingTaskGroup(of: String.self) { group in
                for index in 0..<64 {
                    group.addTask {
                        let answer = try await client.send(HTTPRequest(.get, "\(server.url)/\(index)"))
                        return String(decoding: answer.body, as: UTF8.self)
                    }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(bodies == Set((0..<64).map { "/\($0)" }))
        }
        #expect(server.requestCount == 320)
        #expect(server.connectionCount <= 16)
    }

    @Test func `requests over the limit wait in order`() async throws {
        let gate = Gate()
        let server = try TestServer { TestAnswer(before: $0.target == "/slow" ? [.wait(gate)] : [], [.text("x")]) }
        let other = try TestServer { _ in .text("other") }
        let client = HTTPClient(configuration: .init(maxConnectionsPerHost: 1, maxConcurrentRequests: 2))
        let slow = Task { try await client.send(HTTPRequest(.get, "\(server.url)/slow")) }
        #expect(await eventually { server.requestCount == 1 })
        let error = await #expect(throws: HTTPError.self) {
            try await client.send(HTTPRequest(.get, server.url, timeout: .milliseconds(50)))
        }
        #expect(error?.code == .timedOut)
        #expect(error?.requestMayHaveReachedServer == false)
        #expect(try await client.send(HTTPRequest(.get, other.url)).status == 200)
        gate.open()
        #expect(try await slow.value.status == 200)
        #expect(server.requestCount == 1)
    }

    @Test func `a request over a unix socket is answered`() async throws {
        let folder = try TemporaryDirectory()
        let server = try TestServer(unixSocket: folder.file("s")) { .text($0.header("host") ?? "") }
        let answer = try await client.send(
            HTTPRequest(.get, "http://docker/version", unixSocketPath: server.path))
        #expect(String(decoding: answer.body, as: UTF8.self) == "docker")
        let error = await #expect(throws: HTTPError.self) {
            try await client.send(HTTPRequest(.get, "http://docker/", unixSocketPath: folder.file("none")))
        }
        #expect(error?.code == .couldNotConnect)
        #expect(error?.host == folder.file("none"))
    }

    @Test func `a host can have another address`() async throws {
        let server = try TestServer { .text($0.header("host") ?? "") }
        let answer = try await client.send(
            HTTPRequest(
                .get, "http://123456789012.dkr.ecr.us-east-1.amazonaws.com/v2/",
                resolve: [
                    .init(
                        host: "123456789012.dkr.ecr.us-east-1.amazonaws.com", port: 80, address: "127.0.0.1",
                        addressPort: server.port)
                ]))
        #expect(
            String(decoding: answer.body, as: UTF8.self) == "123456789012.dkr.ecr.us-east-1.amazonaws.com")
    }

    @Test func `redirects are followed only on request`() async throws {
        let server = try TestServer { request in
            request.target == "/from" ? .text("moved", status: 307, headers: [("Location", "/to")]) : .text("there")
        }
        let answer = try await client.send(HTTPRequest(.get, "\(server.url)/from"))
        #expect(answer.status == 307)
        #expect(answer.headers["location"] == "/to")
        let followed = try await client.stream(HTTPRequest(.get, "\(server.url)/from", followRedirects: true))
        #expect(followed.status == 200)
        #expect(followed.headers["location"] == nil)
        let body = try await followed.body.reduce(into: []) { $0 += $1 }
        #expect(String(decoding: body, as: UTF8.self) == "there")
    }

    @Test func `a proxy is used when set`() async throws {
        let proxy = try TestServer { .text($0.target) }
        let client = HTTPClient(configuration: .init(proxy: .url(proxy.url)))
        let answer = try await client.send(HTTPRequest(.get, "http://registry.example/v2/"))
        #expect(String(decoding: answer.body, as: UTF8.self) == "http://registry.example/v2/")
    }

    /// A redirect to another port is a redirect to another server.
    @Test func `a redirect to another server does not send the login`() async throws {
        let other = try TestServer { .text($0.header("Authorization") ?? "none") }
        let server = try TestServer { request in
            if request.target == "/there" { return .text(request.header("Authorization") ?? "none") }
            let place = request.target == "/out" ? "\(other.url)/" : "/there"
            return .text("", status: 307, headers: [("Location", place)])
        }
        for (path, seen) in [("/out", "none"), ("/in", "Basic eDp5")] {
            let answer = try await client.send(
                HTTPRequest(.get, server.url + path, headers: ["Authorization": "Basic eDp5"], followRedirects: true))
            #expect(String(decoding: answer.body, as: UTF8.self) == seen)
        }
    }

    @Test(arguments: [
        ("http://127.0.0.1:1/", true), ("http://localhost/", true), ("http://[::1]:5000/", true),
        ("http://a.localhost/", true), ("http://169.254.169.254/", true), ("http://127.0.0.1.example/", false),
        ("http://localhost.example/", false), ("http://128.0.0.1/", false), ("http://169.253.1.1/", false),
    ])
    func `loopback and link-local addresses use no proxy`(_ url: String, _ isLocal: Bool) throws {
        #expect(try Target(HTTPRequest(.get, url)).isLocal == isLocal)
    }
}
