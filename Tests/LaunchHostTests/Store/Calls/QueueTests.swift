import Testing

import LaunchHost

@Suite struct QueueTests {
    let sandbox: Sandbox
    let store: Store

    init() async throws {
        sandbox = try Sandbox()
        store = try await sandbox.storeWithQueue()
    }

    @Test func `a queue keeps the content of its file`() async throws {
        let definition = QueueDefinition(
            name: "gpu.large-1_x", resource: "sagemaker", fileText: "# mine\nRoleArn: x\n", fileName: "queue.yaml",
            template: .object(["Tags": .array([.object(["Key": .string("ü")])]), "n": .integer(1 << 60)]),
            variables: .object(["size": .object(["type": .string("string")])]),
            allowOverrides: .array([.string("RoleArn")]))
        let made = try await store.createQueue(definition)
        #expect(made.definition == definition)
        #expect(try await store.queue("gpu.large-1_x") == made)
        #expect(try await store.queues().map(\.name) == ["gpu.large-1_x", "q"])
        #expect(try JSON.decode(QueueRecord.self, from: JSON.canonicalData(made)) == made)
        var changed = definition
        changed.template = .object([:])
        #expect(try await store.updateQueue(changed).definition == changed)
        changed.resource = "mock"
        #expect(await storeError { try await store.updateQueue(changed) }?.code == .refused)
    }

    @Test func `a second queue of the same name is rejected`() async {
        #expect(
            await storeError { try await store.createQueue(QueueDefinition(name: "q", resource: "x")) }?.code == .exists
        )
    }

    @Test(arguments: ["", "-a", ".a", "a b", "a/b", "ä", String(repeating: "a", count: 65)])
    func `an invalid name is rejected`(name: String) async {
        #expect(
            await storeError { try await store.createQueue(QueueDefinition(name: name, resource: "x")) }?.code
                == .invalid)
    }

    @Test func `an unknown name is an error that lists the known ones`() async {
        let calls: [() async throws -> Void] = [
            { _ = try await store.queue("qq") }, { try await store.submit(.sample(queue: "qq")) },
            { try await store.setPaused(true, queue: "qq") }, { try await store.deleteQueue("qq") },
        ]
        for call in calls {
            let error = await storeError(call)
            #expect(error?.code == .unknown)
            #expect(error?.candidates == ["q"])
        }
    }

    @Test func `the runs of a queue are counted by state`() async throws {
        for _ in 0..<3 { try await store.submit(.sample()) }
        _ = try await store.claimNext(queues: ["q"], owner: owner("a"))
        let counts = try await store.queue("q").counts
        #expect(counts[.queued] == 2 && counts[.claimed] == 1 && counts[.failed] == 0)
        #expect(counts.unfinished == 3 && counts.total == 3)
        #expect(try await store.counts() == counts)
    }

    @Test func `a queue is deleted only if no run would be lost`() async throws {
        let first = try await store.submit(.sample())
        let second = try await store.submit(.sample())
        #expect(await storeError { try await store.deleteQueue("q") }?.code == .refused)
        let claimed = try #require(try await store.claimNext(queues: ["q"], owner: owner("a")))
        #expect(await storeError { try await store.deleteQueue("q", force: true) }?.code == .refused)
        #expect(try await store.run(second.id).state == .queued)
        try await store.transition(claimed.id, token: claimed.fencingToken, to: .failed, cause: Cause(.submit, "no"))
        #expect(try await store.deleteQueue("q", force: true) == 1)
        #expect(try await store.queues().isEmpty)
        #expect(try await store.run(first.id).state == .failed)
        let stopped = try await store.run(second.id)
        #expect(stopped.state == .stopped && stopped.cause?.code == .userStop && stopped.endedAt != nil)
        #expect(try await store.events(of: second.id).last?.state == .stopped)
    }
}
