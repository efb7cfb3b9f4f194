import TestSupport
import Testing

@testable import LaunchHTTP

/// Failures and their errors.
@Suite(.timeLimit(.minutes(30))) struct HTTPFailureTests {
    private let client = HTTPClient()

    private func failure(_ request: HTTPRequest) async throws -> HTTPError {
        try #require(await #expect(throws: HTTPError.self) { try await client.send(request) })
    }

    @Test func `a time limit ends the request`() async throws {
        let gate = Gate()
        defer { gate.open() }
        let server = try TestServer { _ in TestAnswer(before: [.wait(gate)]) }
        let start = ContinuousClock.now
        let error = try await failure(HTTPRequest(.get, server.url, timeout: .milliseconds(200)))
        #expect(error.code == .timedOut)
        #expect(error.requestMayHaveReachedServer)
        #expect(start.duration(to: .now) >= .milliseconds(200))
    }

    @Test func `a request without bytes within the idle limit ends`() async throws {
        let gate = Gate()
        defer { gate.open() }
        let server = try TestServer { _ in TestAnswer(framing: .chunked, [.text("a"), .wait(gate)]) }
        let error = try await failure(HTTPRequest(.get, server.url, idleTimeout: .milliseconds(200)))
        #expect(error.code == .timedOut)
        #expect(error.message.contains("nothing was sent or received"))
    }

    @Test func `cancellation ends the request at once`() async throws {
        let gate = Gate()
        defer { gate.open() }
        let server = try TestServer { _ in TestAnswer(before: [.wait(gate)]) }
        let client = client
        let task = Task { try await client.send(HTTPRequest(.get, server.url)) }
        #expect(await eventually { server.requestCount == 1 })
        // The server responds only after this test, so an earlier result comes from the cancellation.
        task.cancel()
        let error = await #expect(throws: HTTPError.self) { try await task.value }
        #expect(error?.code == .cancelled)
        #expect(error?.requestMayHaveReachedServer == true)
    }

    @Test func `two hundred requests that are cancelled at once all fail`() async throws {
        let gate = Gate()
        defer { gate.open() }
        let server = try TestServer { _ in TestAnswer(before: [.wait(gate)]) }
        let client = client
        let codes = await withTaskGroup(of: HTTPError.Code?.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    do throws(HTTPError) {
                        _ = try await client.send(HTTPRequest(.get, server.url))
                        return nil
                    } catch {
                        return error.code
                    }
                }
            }
            group.cancelAll()
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(codes == Array(repeating: .cancelled, count: 200))
    }

    @Test func `a connection that is lost inside the body is a reset`() async throws {
        let server = try TestServer { request in
            switch request.target {
            case "/reset": TestAnswer(framing: .announced(100), [.text("half"), .reset])
            case "/close": TestAnswer(framing: .announced(100), [.text("half"), .close])
            case "/chunked": TestAnswer(framing: .chunked, [.text("half"), .close])
            default: TestAnswer(before: [.close])
            }
        }
        for path in ["/reset", "/close", "/chunked", "/nothing"] {
            let error = try await failure(HTTPRequest(.get, server.url + path))
            #expect(error.code == .reset, "\(path): \(error)")
            #expect(error.requestMayHaveReachedServer, "\(path)")
        }
    }

    @Test func `a POST is not repeated on a closed connection`() async throws {
        let server = try TestServer { request in
            request.target == "/die" ? TestAnswer(before: [.reset]) : .text("ok")
        }
        _ = try await client.send(HTTPRequest(.get, server.url))
        let error = try await failure(HTTPRequest(.post, "\(server.url)/die", body: .text("start it")))
        #expect(error.code == .reset)
        #expect(error.requestMayHaveReachedServer)
        #expect(server.requestCount == 2)
    }

    @Test func `a port without a listener is a connection error`() async throws {
        let port = try #require(freePort())
        let error = try await failure(HTTPRequest(.get, "http://127.0.0.1:\(port)/"))
        #expect(error.code == .couldNotConnect)
        #expect(!error.requestMayHaveReachedServer)
        #expect(error.host == "127.0.0.1")
        #expect(error.curlCode == 7)
    }

    @Test func `a host name without an address is a lookup error`() async throws {
        let client = HTTPClient(configuration: .init(proxy: .direct))
        let error = await #expect(throws: HTTPError.self) {
            try await client.send(HTTPRequest(.get, "http://nowhere.invalid/"))
        }
        #expect(error?.code == .couldNotResolve)
        #expect(error?.requestMayHaveReachedServer == false)
    }

    @Test func `a body over the limit is refused`() async throws {
        let server = try TestServer { _ in TestAnswer([.zeros(1001)]) }
        let error = try await failure(HTTPRequest(.get, server.url, maxBodyBytes: 1000))
        #expect(error.code == .tooLarge)
        let exact = try await client.send(HTTPRequest(.get, server.url, maxBodyBytes: 1001))
        #expect(exact.body.count == 1001)
    }

    @Test(
        arguments: [
            "", "nonsense", "ftp://host/", "file:///etc/passwd", "http://", "http://user:pw4711@host/",
            "http://host/a b",
            "http://host/\r\nX: y", "https://host:99999/",
        ])
    func `bad URLs are refused before anything is sent`(_ url: String) async throws {
        let error = try await failure(HTTPRequest(.get, url))
        #expect(error.code == .badURL)
        #expect(!"\(error)".contains("pw4711"))
    }

    @Test(arguments: [("X-A", "a\r\nX-B: b"), ("X-A", "a\0b"), ("X A", "a"), ("", "a"), ("X:", "a")])
    func `a header with a line end or an invalid name is refused`(_ name: String, _ value: String) async throws {
        let error = try await failure(HTTPRequest(.get, "http://127.0.0.1:1/", headers: [(name, value)]))
        #expect(error.code == .badRequest)
    }

    @Test func `an answer that is not HTTP is a protocol error`() async throws {
        let server = try TestServer { _ in TestAnswer(before: [.text("SSH-2.0-OpenSSH_9.2\r\n"), .close]) }
        let error = try await failure(HTTPRequest(.get, server.url))
        #expect(error.code == .protocolError)
    }

    @Test func `a shutdown ends all requests`() async throws {
        let gate = Gate()
        defer { gate.open() }
        let server = try TestServer { _ in TestAnswer(before: [.wait(gate)]) }
        let client = HTTPClient()
        let task = Task { try await client.send(HTTPRequest(.get, server.url)) }
        #expect(await eventually { server.requestCount == 1 })
        client.shutdown()
        #expect(await #expect(throws: HTTPError.self) { try await task.value }?.code == .cancelled)
        let late = await #expect(throws: HTTPError.self) { try await client.send(HTTPRequest(.get, server.url)) }
        #expect(late?.code == .cancelled)
        #expect(late?.requestMayHaveReachedServer == false)
    }
}
