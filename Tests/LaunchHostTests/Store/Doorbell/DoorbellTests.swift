import Foundation
import Testing

import LaunchHost

@Suite struct DoorbellTests {
    let sandbox: Sandbox
    let store: Store

    init() async throws {
        sandbox = try Sandbox()
        store = try await sandbox.storeWithQueue()
    }

    private func bells() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: sandbox.home.bells)
    }

    @Test(.timeLimit(.minutes(30))) func `each listener is woken by a change`() async throws {
        let other = try sandbox.store()
        let listeners = [try await store.listen(), try await other.listen()]
        try await other.submit(.sample())
        for listener in listeners {
            var rings = listener.rings.makeAsyncIterator()
            #expect(await rings.next() != nil)
        }
        #expect(try await store.claimNext(queues: ["q"], owner: owner("a")) != nil)
    }

    @Test(.timeLimit(.minutes(30))) func `a listener that checks the store after each ring misses no run`() async throws
    {
        let listener = try await store.listen()
        let total = 200
        let sandbox = sandbox
        async let submitted: Void = concurrently(2) { _ in
            let mine = try sandbox.store()
            for _ in 0..<total / 2 { try await mine.submit(.sample()) }
        }
        var seen = 0
        for await _ in listener.rings {
            while try await store.claimNext(queues: ["q"], owner: owner("a")) != nil { seen += 1 }
            if seen == total { break }
        }
        try await submitted
        #expect(seen == total)
    }

    @Test(.timeLimit(.minutes(30))) func `closing a listener ends its sequence and removes its bell`() async throws {
        let listener = try await store.listen()
        #expect(try bells().count == 1)
        listener.close()
        listener.close()
        for await _ in listener.rings {}
        #expect(try bells().isEmpty)
        try await store.submit(.sample())
    }

    @Test func `the bell of an ended listener is removed`() async throws {
        let path = sandbox.home.bells + "/dead"
        #expect(mkfifo(path, 0o600) == 0)
        try await store.submit(.sample())
        #expect(try bells().isEmpty)
    }

    @Test(.timeLimit(.minutes(30))) func `a listener that does not read does not block writers`() async throws {
        // An open and full pipe, like that of a stopped process.
        let path = sandbox.home.bells + "/stuck"
        #expect(mkfifo(path, 0o600) == 0)
        let pipe = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        try #require(pipe >= 0)
        defer { close(pipe) }
        let block = [UInt8](repeating: 0, count: 4_096)
        while write(pipe, block, block.count) > 0 {}
        let listener = try await store.listen()
        try await store.submit(.sample())
        var rings = listener.rings.makeAsyncIterator()
        #expect(await rings.next() != nil)
        #expect(try bells().count == 2)
    }
}
