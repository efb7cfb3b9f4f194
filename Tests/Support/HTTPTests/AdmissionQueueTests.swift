import LaunchConcurrency
import TestSupport
import Testing

@testable import LaunchHTTP

/// The order in which waiting requests get a connection.
@Suite(.timeLimit(.minutes(30))) struct AdmissionQueueTests {
    private let loop = TransferLoop(.init())

    private func transfer(_ url: String) throws -> Transfer {
        try Transfer(HTTPRequest(.get, url), loop: loop, receiver: .whole(SingleValueFuture(), limit: 0))
    }

    @Test func `a host at its limit does not delay other hosts`() throws {
        var queue = AdmissionQueue(perHost: 1, total: 10)
        let all = try ["http://a/1", "http://b/1", "http://a/2", "http://a/3", "http://b/2"].map(transfer)
        for transfer in all { queue.add(transfer) }
        #expect(queue.next() === all[0])
        #expect(queue.next() === all[1])
        #expect(queue.next() == nil)
        queue.leave(all[1])
        #expect(queue.next() === all[4])
        queue.leave(all[0])
        #expect(queue.next() === all[2])
        queue.leave(all[2])
        #expect(queue.next() === all[3])
        #expect(queue.next() == nil)
    }

    @Test func `the total limit keeps the order of all hosts`() throws {
        var queue = AdmissionQueue(perHost: 10, total: 1)
        let all = try (0..<3000).map { try transfer("http://host\($0 % 7)/\($0)") }
        for transfer in all { queue.add(transfer) }
        for transfer in all {
            #expect(queue.next() === transfer)
            #expect(queue.next() == nil)
            queue.leave(transfer)
        }
    }

    /// libcurl 7.88 with its own limits sends the request to the idle host after the long one has ended.
    @Test func `a long request to one host does not delay other hosts`() async throws {
        let long = Gate(), short = Gate()
        let busy = try TestServer { TestAnswer(before: $0.target == "/long" ? [.wait(long)] : [], [.text("x")]) }
        let idle = try TestServer { TestAnswer(before: $0.target == "/short" ? [.wait(short)] : [], [.text("x")]) }
        let client = HTTPClient(configuration: .init(maxConnectionsPerHost: 1))
        let first = [
            Task { try await client.send(HTTPRequest(.get, "\(busy.url)/long")) },
            Task { try await client.send(HTTPRequest(.get, "\(idle.url)/short")) },
        ]
        #expect(await eventually { busy.requestCount == 1 && idle.requestCount == 1 })
        let waiting = (0..<10).map { index in
            Task { try await client.send(HTTPRequest(.get, "\(busy.url)/\(index)")) }
        }
        for _ in 0..<10 { await Task.yield() }
        let next = Task { try await client.send(HTTPRequest(.get, "\(idle.url)/next")) }
        short.open()
        #expect(try await next.value.status == 200)
        #expect(busy.requestCount == 1)
        // A request ends while it waits, too.
        waiting[9].cancel()
        let error = await #expect(throws: HTTPError.self) { try await waiting[9].value }
        #expect(error?.code == .cancelled && error?.requestMayHaveReachedServer == false)
        long.open()
        for task in first + waiting.dropLast() { #expect(try await task.value.status == 200) }
    }
}
