@testable import LaunchHTTPServing
import Synchronization
import TestSupport
import Testing

/// Clients that want to keep, exhaust or confuse the server.
@Suite(.timeLimit(.minutes(30))) struct HostileClientTests {
    private static let plain = "GET /x HTTP/1.1\r\nHost: x\r\n\r\n"

    private func server(_ limits: HTTPServer.Limits = .init()) throws -> HTTPServer {
        try HTTPServer(address: "127.0.0.1", port: 0, limits: limits) {
            HTTPServerResponse(status: 200, body: "secret of \($0.target)".utf8)
        }
    }

    private func isAlive(_ server: HTTPServer) async -> Bool {
        await RawClient.answer(to: Self.plain, server.port).hasSuffix("secret of /x")
    }

    /// Slow loris: never silent, never complete.
    @Test(arguments: ["", "GET /x HTTP/1.1\r\nHost: x\r\nX-A: "])
    func `a request that never ends is cut`(_ start: String) async throws {
        let server = try server(.init(exchangeTime: .milliseconds(200), connectionBytes: 1 << 20))
        let client = try #require(RawClient(server.port))
        client.send(start)
        #expect(
            await eventually {
                client.send("a")
                return client.hasEnded
            })
        #expect(await isAlive(server))
        server.stop()
    }

    @Test func `a client that does not read is cut`() async throws {
        let body = [UInt8](repeating: 0x61, count: 64 << 20)
        let server = try HTTPServer(
            address: "127.0.0.1", port: 0, limits: .init(connections: 1, exchangeTime: .milliseconds(200))
        ) {
            HTTPServerResponse(status: 200, body: $0.target == "/x" ? Array("secret of /x".utf8) : body)
        }
        let client = try #require(RawClient(server.port))
        client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        // The only place is free again only if the first connection was cut.
        #expect(await isAlive(server))
        #expect(await client.answer().utf8.count < body.count)
        server.stop()
    }

    @Test func `a head over the limit is refused`() async throws {
        let server = try server(.init(connectionBytes: 8 << 10))
        let requests = [
            "GET /\(String(repeating: "a", count: 1 << 20)) HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /x HTTP/1.1\r\nHost: x\r\nX-A: \(String(repeating: "a", count: 1 << 20))\r\n\r\n",
            "GET /x HTTP/1.1\r\nHost: x\r\n\(String(repeating: "X-A: a\r\n", count: 1 << 17))\r\n",
        ]
        for request in requests {
            #expect(await !RawClient.answer(to: request, server.port).contains("secret"))
        }
        #expect(await isAlive(server))
        server.stop()
    }

    /// Each client stops sending after its text, so no answer has to wait for a time limit.
    @Test func `what is not HTTP is refused`() async throws {
        let server = try server(.init(exchangeTime: .seconds(3600)))
        var requests = [
            "", "\r\n\r\n", "GET\r\n\r\n", "GET /x\r\n\r\n", "GET /x HTTP/9.9\r\n\r\n", "GET /x FTP/1.1\r\n\r\n",
            " /x HTTP/1.1\r\n\r\n", "GET /x HTTP/1.1\r\nHost: x", "\0\0\0\0\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\0\r\n\r\n",
            "GET /x HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
            "GET /x HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n",
            "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
            "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        ]
        var random = SystemRandomNumberGenerator()
        for _ in 0..<50 {
            let bytes = (0..<200).map { _ in UInt8.random(in: 0...255, using: &random) }
            requests.append(String(decoding: bytes, as: UTF8.self))
        }
        for request in requests {
            let client = try #require(RawClient(server.port))
            client.send(request)
            client.endSending()
            #expect(await !client.answer().contains("secret"), "\(request.debugDescription)")
        }
        #expect(await isAlive(server))
        server.stop()
    }

    /// A connection carries one request, so a second one cannot hide in it.
    @Test func `a pipelined request is not answered`() async throws {
        let seen = Mutex<[String]>([])
        let server = try HTTPServer(address: "127.0.0.1", port: 0) { request in
            seen.withLock { $0.append(request.target) }
            return HTTPServerResponse(status: 200, body: "answer".utf8)
        }
        let got = await RawClient.answer(
            to: "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\nGET /3 HTTP/1.1\r\n\r\n",
            server.port)
        #expect(got.hasSuffix("\r\n\r\nanswer") && got.ranges(of: "HTTP/1.1 ").count == 1)
        server.stop()
        #expect(seen.withLock { $0 } == ["/1"])
    }

    @Test func `a thousand connections get no more than their share`() async throws {
        struct Load {
            var now = 0
            var most = 0
        }
        let load = Mutex(Load())
        let server = try HTTPServer(
            address: "127.0.0.1", port: 0, limits: .init(connections: 8, connectionsPerAddress: 4)
        ) { _ in
            load.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
            await Task.yield()
            load.withLock { $0.now -= 1 }
            return HTTPServerResponse(status: 200, body: "secret of /x".utf8)
        }
        // 100 at a time, because the tests of one process share its descriptors.
        var answers = 0
        for _ in 0..<10 {
            let clients = (0..<100).compactMap { _ in RawClient(server.port) }
            for client in clients { client.send(Self.plain) }
            for client in clients where await !client.answer().isEmpty { answers += 1 }
        }
        #expect(answers > 0)
        #expect(load.withLock { $0.most } <= 4)
        #expect(await eventually { await isAlive(server) })
        server.stop()
    }

    /// Dispatch ends a process that has no free descriptor.
    @Test(arguments: [(1_048_576, 128, 64), (1024, 128, 64), (256, 32, 16), (64, 8, 4), (20, 2, 1), (0, 1, 1)])
    func `connections leave most of the descriptors`(descriptors: Int, connections: Int, perAddress: Int) {
        let limits = HTTPServer.Limits().fitting(descriptors: descriptors)
        #expect(limits == .init(connections: connections, connectionsPerAddress: perAddress))
        let few = HTTPServer.Limits(connections: 2, connectionsPerAddress: 2)
        #expect(few.fitting(descriptors: 1024) == few)
    }

    /// Above the limit for all, a client waits instead of being refused.
    @Test func `a connection over the total limit waits`() async throws {
        let server = try server(.init(connections: 1, exchangeTime: .milliseconds(200)))
        let silent = try #require(RawClient(server.port))
        #expect(await isAlive(server))
        #expect(await silent.answer().isEmpty)
        server.stop()
    }

    @Test func `stopping under load ends everything`() async throws {
        for _ in 0..<20 {
            let server = try server()
            let clients = (0..<20).compactMap { _ in RawClient(server.port) }
            await withTaskGroup(of: Void.self) { group in
                for client in clients { group.addTask { client.send(Self.plain) } }
                group.addTask { server.stop() }
            }
            for client in clients {
                let answer = await client.answer()
                #expect(answer.isEmpty || answer.hasSuffix("secret of /x"))
            }
        }
    }
}
