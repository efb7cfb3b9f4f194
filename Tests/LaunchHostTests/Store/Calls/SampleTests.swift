import TestSupport
import Testing

@testable import LaunchStore

@Suite("store, sample for a monitor")
struct SampleTests {
    private let sandbox: Sandbox
    private let store: Store

    init() async throws {
        sandbox = try Sandbox()
        store = try await sandbox.storeWithQueue()
    }

    @Test
    func `a sample has each queue with its runs, and the age of the oldest that waits`() async throws {
        try await store.createQueue(QueueDefinition(name: "empty", resource: "mock"))
        try await store.setPaused(true, queue: "empty")
        let first = try await store.submit(.sample())
        try await store.submit(.sample(priority: .critical))
        let sample = try await store.sample()
        #expect(sample.queues.map(\.name) == ["empty", "q"])
        #expect(sample.queues.map(\.isPaused) == [true, false])
        #expect(sample.queues.map(\.oldestWaiting) == [nil, first.submittedAt])
        #expect(sample.queues[1].counts[.queued] == 2 && sample.queues[0].counts.total == 0)
        #expect(sample.time >= first.submittedAt)
        // The oldest is claimed last, because the other one has a higher priority.
        _ = try await store.claimNext(queues: ["q"], owner: owner("a"))
        #expect(try await store.sample().queues[1].oldestWaiting == first.submittedAt)
        _ = try await store.claimNext(queues: ["q"], owner: owner("a"))
        let last = try await store.sample().queues[1]
        #expect(last.oldestWaiting == nil && last.counts[.claimed] == 2)
    }

    @Test
    func `runs of a queue that was deleted are counted with those of others`() async throws {
        try await store.submit(.sample())
        try await store.deleteQueue("q", force: true)
        let sample = try await store.sample()
        #expect(sample.queues.isEmpty)
        #expect(sample.others[.stopped] == 1 && sample.loose.total == 0)
    }

    @Test
    func `the number of queues has a limit`() async throws {
        for number in 0...QueueSample.mostQueues {
            try await store.createQueue(QueueDefinition(name: "z\(number)", resource: "mock"))
        }
        try await store.submit(.sample(queue: "z\(QueueSample.mostQueues - 1)"))
        let sample = try await store.sample()
        #expect(sample.queues.count == QueueSample.mostQueues)
        #expect(sample.others[.queued] == 1)
    }
}
