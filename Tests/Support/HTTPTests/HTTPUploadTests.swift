import Foundation
import Synchronization
import TestSupport
import Testing

@testable import LaunchHTTP

/// Request bodies from memory, files and producers.
@Suite(.timeLimit(.minutes(30))) struct HTTPUploadTests {
    private let client = HTTPClient()

    /// Responds with framing, size and an order-sensitive checksum of the received body.
    private func echo() throws -> TestServer {
        try TestServer { request in
            let framing = request.header("content-length") ?? request.header("transfer-encoding") ?? "none"
            return .text("\(framing) \(request.body.count) \(Self.sum(request.body))")
        }
    }

    private static func sum(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(7) { $0 &* 31 &+ UInt64($1) }
    }

    private static func pattern(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 8) }
    }

    private func upload(_ body: HTTPBody, to server: TestServer) async throws -> String {
        let answer = try await client.send(HTTPRequest(.put, server.url, body: body))
        return String(decoding: answer.body, as: UTF8.self)
    }

    @Test func `bytes in memory are sent with their length`() async throws {
        let server = try echo()
        let bytes = Self.pattern(2_000_003)
        #expect(try await upload(.bytes(bytes), to: server) == "2000003 2000003 \(Self.sum(bytes))")
        #expect(try await upload(.bytes([]), to: server) == "0 0 7")
    }

    @Test func `a file and a part of it are sent`() async throws {
        let server = try echo()
        let folder = try TemporaryDirectory()
        let bytes = Self.pattern(2_000_003)
        let path = try folder.write("f", bytes)
        #expect(try await upload(.file(path: path), to: server) == "2000003 2000003 \(Self.sum(bytes))")
        let part = Array(bytes[1000..<1_001_000])
        #expect(
            try await upload(.file(path: path, offset: 1000, length: 1_000_000), to: server)
                == "1000000 1000000 \(Self.sum(part))")
    }

    @Test func `a file that cannot be sent is an error before the request`() async throws {
        let server = try echo()
        let folder = try TemporaryDirectory()
        let path = try folder.write("f", "short")
        let bodies: [HTTPBody] = [
            .file(path: folder.file("none")), .file(path: folder.path), .file(path: path, offset: 6),
            .file(path: path, offset: -1), .file(path: path, offset: 1, length: 5),
        ]
        for body in bodies {
            let error = await #expect(throws: HTTPError.self) { try await upload(body, to: server) }
            #expect(error?.code == .bodyFailed)
            #expect(error?.requestMayHaveReachedServer == false)
        }
        #expect(server.requestCount == 0)
    }

    @Test(arguments: [Int64?.none, 1_000_000])
    func `the chunks of a producer are sent, with and without a length`(_ length: Int64?) async throws {
        let server = try echo()
        let bytes = Self.pattern(1_000_000)
        let position = Atomic(0)
        let body = HTTPBody.producer(contentLength: length) {
            await Task.yield()
            let start = position.load(ordering: .relaxed)
            guard start < bytes.count else { return nil }
            let end = min(bytes.count, start + start % 9973 + 1)
            position.store(end, ordering: .relaxed)
            return Array(bytes[start..<end])
        }
        let framing = length.map { "\($0)" } ?? "chunked"
        #expect(try await upload(body, to: server) == "\(framing) 1000000 \(Self.sum(bytes))")
    }

    private struct Broken: Error {}

    @Test func `a producer that fails or has another length than announced is an error`() async throws {
        let server = try echo()
        let bodies: [HTTPBody] = [
            .producer(contentLength: nil) { throw Broken() },
            .producer(contentLength: 10) { nil },
            .producer(contentLength: 10) { Array(repeating: 0, count: 11) },
        ]
        for body in bodies {
            let error = await #expect(throws: HTTPError.self) { try await upload(body, to: server) }
            #expect(error?.code == .bodyFailed)
        }
        #expect(server.requestCount == 0)
    }

    @Test func `a server that does not read pauses the producer`() async throws {
        let gate = Gate()
        let server = try TestServer(readsBodies: false) { _ in
            TestAnswer(413, framing: .untilClose, before: [.wait(gate)], [.text("no")])
        }
        let made = Mutex((chunks: 0, at: ContinuousClock.now))
        let body = HTTPBody.producer {
            made.withLock { $0 = ($0.chunks + 1, .now) }
            return Array(repeating: 0, count: 64 << 10)
        }
        let client = client
        let task = Task { try await client.send(HTTPRequest(.put, server.url, body: body)) }
        // When the kernel's buffers are full, the client stops calling the producer.
        #expect(
            await eventually { made.withLock { $0.chunks > 0 && $0.at.duration(to: .now) > .milliseconds(500) } })
        #expect(made.withLock(\.chunks) < 512)
        task.cancel()
        #expect(await #expect(throws: HTTPError.self) { try await task.value }?.code == .cancelled)
        gate.open()
    }

    @Test func `an early refusal ends the upload`() async throws {
        let ended = Atomic(false)
        let asked = Atomic(false)
        let waiting = Gate()
        let server = try TestServer(readsBodies: false) { _ in
            TestAnswer(403, framing: .untilClose, before: [.wait(waiting)], [.text("no")])
        }
        let body = HTTPBody.producer {
            if !asked.exchange(true, ordering: .relaxed) { return [1] }
            waiting.open()
            try await withTaskCancellationHandler {
                try await Task.sleep(for: .seconds(3600))
            } onCancel: {
                ended.store(true, ordering: .relaxed)
            }
            return nil
        }
        let answer = try await client.send(HTTPRequest(.put, server.url, body: body))
        #expect(answer.status == 403)
        #expect(await eventually { ended.load(ordering: .relaxed) })
    }
}
