import Testing

import LaunchHost

@Suite struct QueueTests {
    let sandbox: Sandbox
    let store: Store

    init() throws {
        sandbox = try Sandbox()
        store = try sandbox.storeWithQueue()
    }

    @Test func `a queue keeps the content of its file`() throws {
        let definition = QueueDefinition(
            name: "gpu.large-1_x", resource: "sagemaker", fileText: "# mine\nRoleArn: x\n", fileName: "queue.yaml",
            template: .object(["Tags": .array([.object(["Key": .string("ü")])]), "n": .integer(1 << 60)]),
            variables: .object(["size": .object(["type": .string("string")])]),
            allowOverrides: .array([.string("RoleArn")]))
        let made = try store.createQueue(definition)
        #expect(made.definition == definition)
        #expect(try store.queue("gpu.large-1_x") == made)
        #expect(try store.queues().map(\.name) == ["gpu.large-1_x", "q"])
        #expect(try JSON.decode(QueueRecord.self, from: JSON.canonicalData(made)) == made)
        var changed = definition
        changed.template = .object([:])
        #expect(try store.updateQueue(changed).definition == changed)
        changed.resource = "mock"
        #expect(storeError { try store.updateQueue(changed) }?.code == .refused)
    }

    @Test func `a second queue of the same name is rejected`() {
        #expect(storeError { try store.createQueue(QueueDefinition(name: "q", resource: "x")) }?.code == .exists)
    }

    @Test(arguments: ["", "-a", ".a", "a b", "a/b", "ä", String(repeating: "a", count: 65)])
    func `an invalid name is rejected`(name: String) {
        #expect(storeError { try store.createQueue(QueueDefinition(name: name, resource: "x")) }?.code == .invalid)
    }

    @Test func `an unknown name is an error that lists the known ones`() {
        let calls: [() throws -> Void] = [
            { _ = try store.queue("qq") }, { try store.submit(.sample(queue: "qq")) },
            { try store.setPaused(true, queue: "qq") }, { try store.deleteQueue("qq") },
        ]
        for call in calls {
            let error = storeError(call)
            #expect(error?.code == .unknown)
            #expect(error?.candidates == ["q"])
        }
    }

    @Test func `the runs of a queue are counted by state`() throws {
        for _ in 0..<3 { try store.submit(.sample()) }
        _ = try store.claimNext(queues: ["q"], owner: owner("a"))
        let counts = try store.queue("q").counts
        #expect(counts[.queued] == 2 && counts[.claimed] == 1 && counts[.failed] == 0)
        #expect(counts.unfinished == 3 && counts.total == 3)
        #expect(try store.counts() == counts)
    }

    @Test func `a queue is deleted only if no run would be lost`() throws {
        let first = try store.submit(.sample())
        let second = try store.submit(.sample())
        #expect(storeError { try store.deleteQueue("q") }?.code == .refused)
        let claimed = try #require(try store.claimNext(queues: ["q"], owner: owner("a")))
        #expect(storeError { try store.deleteQueue("q", force: true) }?.code == .refused)
        #expect(try store.run(second.id).state == .queued)
        try store.transition(claimed.id, token: claimed.fencingToken, to: .failed, cause: Cause(.submit, "no"))
        #expect(try store.deleteQueue("q", force: true) == 1)
        #expect(try store.queues().isEmpty)
        #expect(try store.run(first.id).state == .failed)
        let stopped = try store.run(second.id)
        #expect(stopped.state == .stopped && stopped.cause?.code == .userStop && stopped.endedAt != nil)
        #expect(try store.events(of: second.id).last?.state == .stopped)
    }
}
