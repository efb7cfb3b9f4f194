import Foundation
import Synchronization
import TestSupport
import Testing

@testable import LaunchHTTP

/// Bodies that are read and written in pieces.
@Suite(.timeLimit(.minutes(30))) struct HTTPStreamTests {
    private let client = HTTPClient()

    @Test func `chunks arrive as they are sent`() async throws {
        let gates = [Gate(), Gate()]
        let server = try TestServer { _ in
            TestAnswer(framing: .chunked, [.wait(gates[0]), .text("one"), .wait(gates[1]), .text("two")])
        }
        let answer = try await client.stream(HTTPRequest(.get, server.url))
        #expect(answer.status == 200)
        var pieces = answer.body.makeAsyncIterator()
        gates[0].open()
        #expect(try await pieces.next() == Array("one".utf8))
        gates[1].open()
        #expect(try await pieces.next() == Array("two".utf8))
        #expect(try await pieces.next() == nil)
        #expect(try await pieces.next() == nil)
    }

    @Test func `a slow reader pauses the server`() async throws {
        let total = 256 << 20
        let server = try TestServer { _ in TestAnswer([.zeros(total)]) }
        let answer = try await client.stream(HTTPRequest(.get, server.url, idleTimeout: .seconds(4)))
        var pieces = answer.body.makeAsyncIterator()
        var count = try await pieces.next()?.count ?? 0
        // Without a reader, the number of sent bytes stops growing far below the total.
        let rest = Mutex((bytes: -1, since: ContinuousClock.now))
        let settled = await eventually {
            let sent = server.bytesSent
            return rest.withLock { rest in
                if rest.bytes != sent { rest = (sent, .now) }
                return rest.since.duration(to: .now) > .milliseconds(4500)
            }
        }
        #expect(settled)
        #expect(server.bytesSent < 32 << 20)
        var largest = 0
        while let piece = try await pieces.next() {
            count += piece.count
            largest = max(largest, piece.count)
        }
        #expect(count == total)
        #expect(largest <= 300 << 10)
    }

    @Test func `dropping the iterator ends the transfer`() async throws {
        let server = try TestServer { _ in TestAnswer([.zeros(64 << 20)]) }
        let answer = try await client.stream(HTTPRequest(.get, server.url))
        for try await _ in answer.body { break }
        #expect(await eventually { server.openConnections == 0 })
        #expect(server.bytesSent < 64 << 20)
    }

    @Test func `dropping the stream ends the transfer`() async throws {
        let server = try TestServer { _ in TestAnswer([.zeros(64 << 20)]) }
        do { _ = try await client.stream(HTTPRequest(.get, server.url)) }
        #expect(await eventually { server.requestCount == 1 && server.openConnections == 0 })
    }

    @Test func `cancellation reaches a waiting reader`() async throws {
        let gate = Gate()
        defer { gate.open() }
        let server = try TestServer { _ in TestAnswer(framing: .chunked, [.text("a"), .wait(gate)]) }
        let answer = try await client.stream(HTTPRequest(.get, server.url))
        let seen = Mutex(0)
        let task = Task {
            for try await piece in answer.body { seen.withLock { $0 += piece.count } }
        }
        #expect(await eventually { seen.withLock { $0 == 1 } })
        task.cancel()
        let error = await #expect(throws: HTTPError.self) { try await task.value }
        #expect(error?.code == .cancelled)
    }

    @Test func `a reset in the body follows the bytes`() async throws {
        let server = try TestServer { _ in TestAnswer(framing: .announced(100), [.text("half"), .close]) }
        let answer = try await client.stream(HTTPRequest(.get, server.url))
        var bytes: [UInt8] = []
        do throws(HTTPError) {
            for try await piece in answer.body { bytes += piece }
            Issue.record("the body should not end well")
        } catch {
            #expect(error.code == .reset)
        }
        #expect(bytes == Array("half".utf8))
    }

    @Test func `the client lives as long as its streams`() async throws {
        let gate = Gate()
        let server = try TestServer { _ in TestAnswer([.text("a"), .wait(gate), .text("b")]) }
        let answer = try await HTTPClient().stream(HTTPRequest(.get, server.url))
        gate.open()
        #expect(try await answer.body.reduce(into: []) { $0 += $1 } == Array("ab".utf8))
    }

    @Test func `a download replaces a file only when it is complete`() async throws {
        let folder = try TemporaryDirectory()
        let server = try TestServer { request in
            request.target == "/whole"
                ? TestAnswer([.zeros(3_000_001)])
                : TestAnswer(framing: .announced(1_000_000), [.zeros(500_000), .close])
        }
        let path = folder.file("blob")
        #expect(try await client.download(HTTPRequest(.get, "\(server.url)/whole"), to: path) == 3_000_001)
        await #expect(throws: HTTPError.self) {
            try await client.download(HTTPRequest(.get, "\(server.url)/half"), to: path)
        }
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
        #expect(size == 3_000_001)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["blob"])
    }
}
