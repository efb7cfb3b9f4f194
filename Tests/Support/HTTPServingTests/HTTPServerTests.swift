import Glibc
import LaunchHTTPServing
import Synchronization
import TestSupport
import Testing

/// Requests of ordinary clients.
@Suite(.timeLimit(.minutes(30))) struct HTTPServerTests {
    @Test func `a handler sees the request as sent`() async throws {
        let server = try HTTPServer(address: "127.0.0.1", port: 0) { request in
            HTTPServerResponse(
                status: 418, headers: [(name: "X-Target", value: request.target)],
                body: "\(request.method) \(request.header("x-ONE") ?? "-") \(request.header("none") ?? "-")".utf8)
        }
        let got = await RawClient.answer(
            to: "BREW /a%2Fb/../c?uploads&b=2&b=%31 HTTP/1.1\r\nHost: x\r\nX-One: 1\r\n\r\n", server.port)
        #expect(got.hasPrefix("HTTP/1.1 418"))
        #expect(got.contains("X-Target: /a%2Fb/../c?uploads&b=2&b=%31\r\n"))
        #expect(got.contains("Connection: close\r\n") && got.contains("Content-Length: 8\r\n"))
        #expect(got.hasSuffix("\r\n\r\nBREW 1 -"))
        server.stop()
    }

    @Test func `a large response arrives whole`() async throws {
        let body = String(repeating: "0123456789abcdef", count: 1 << 16)
        let server = try HTTPServer(address: "127.0.0.1", port: 0) { _ in
            HTTPServerResponse(status: 200, body: body.utf8)
        }
        let got = await RawClient.answer(to: "GET / HTTP/1.1\r\nHost: x\r\n\r\n", server.port)
        #expect(got.hasSuffix(body))
        server.stop()
    }

    @Test func `a handler may refuse to answer`() async throws {
        let server = try HTTPServer(address: "127.0.0.1", port: 0) { _ in nil }
        #expect(await RawClient.answer(to: "GET / HTTP/1.1\r\nHost: x\r\n\r\n", server.port).isEmpty)
        server.stop()
    }

    /// A handler cannot add lines to the head.
    @Test func `a header with a line end is not sent`() async throws {
        let server = try HTTPServer(address: "127.0.0.1", port: 0) { _ in
            HTTPServerResponse(status: 200, headers: [(name: "X-A", value: "a\r\nX-B: b")], body: [])
        }
        #expect(await !RawClient.answer(to: "GET / HTTP/1.1\r\nHost: x\r\n\r\n", server.port).contains("X-B"))
        server.stop()
    }

    @Test func `a slow handler delays no other request`() async throws {
        let gate = AsyncStream<Void>.makeStream()
        let server = try HTTPServer(address: "127.0.0.1", port: 0, limits: .init(exchangeTime: .milliseconds(500))) {
            if $0.target == "/slow" { for await _ in gate.stream { break } }
            return HTTPServerResponse(status: 200, body: $0.target.utf8)
        }
        let slow = try #require(RawClient(server.port))
        slow.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        // A handler's time does not count: the slow one outlives a silent connection that is cut.
        #expect(try await #require(RawClient(server.port)).answer().isEmpty)
        #expect(await RawClient.answer(to: "GET /fast HTTP/1.1\r\nHost: x\r\n\r\n", server.port).hasSuffix("/fast"))
        gate.continuation.yield()
        #expect(await slow.answer().hasSuffix("/slow"))
        server.stop()
    }

    @Test func `stopping ends waiting requests and frees the port`() async throws {
        let handled = AsyncStream<Bool>.makeStream()
        let server = try HTTPServer(address: "127.0.0.1", port: 0) { _ in
            handled.continuation.yield(false)
            try? await Task.sleep(for: .seconds(3600))
            handled.continuation.yield(Task.isCancelled)
            return HTTPServerResponse(status: 200, body: [])
        }
        var news = handled.stream.makeAsyncIterator()
        let client = try #require(RawClient(server.port))
        client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(await news.next() == false)
        server.stop()
        #expect(await client.answer().isEmpty)
        #expect(await news.next() == true)
        server.stop()
        let next = try HTTPServer(address: "127.0.0.1", port: server.port) { _ in nil }
        #expect(next.port == server.port)
        next.stop()
    }

    @Test func `a released server stops`() async throws {
        var server: HTTPServer? = try HTTPServer(address: "127.0.0.1", port: 0) { _ in nil }
        let port = try #require(server?.port)
        #expect(RawClient(port) != nil)
        server = nil
        #expect(RawClient(port) == nil)
    }

    @Test(.enabled(if: access("/proc/net/if_inet6", F_OK) == 0, "this machine has no IPv6"))
    func `a server for all addresses of IPv6 gets the clients of IPv4, too`() async throws {
        let server = try HTTPServer(address: "::", port: 0) { _ in HTTPServerResponse(status: 200, body: "x".utf8) }
        #expect(await RawClient.answer(to: "GET / HTTP/1.1\r\nHost: x\r\n\r\n", server.port).hasSuffix("\r\n\r\nx"))
        server.stop()
    }

    @Test func `what cannot be listened on`() throws {
        let used = try HTTPServer(address: "127.0.0.1", port: 0) { _ in nil }
        for (address, port, code, words) in [
            ("127.0.0.1", used.port, HTTPServerError.Code.unavailable, "Address already in use"),
            ("192.0.2.1", 0, .unavailable, "Cannot assign requested address"),
            ("localhost", 0, .badAddress, "'localhost' is not an IP address"),
            ("[::1]", 0, .badAddress, "'[::1]' is not an IP address"),
        ] {
            let error = #expect(throws: HTTPServerError.self) {
                try HTTPServer(address: address, port: port) { _ in nil }
            }
            #expect(error?.code == code && error?.description == words)
        }
        used.stop()
    }
}
