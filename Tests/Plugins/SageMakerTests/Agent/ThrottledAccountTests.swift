import AWSStub
import Foundation
import TestSupport
import Testing

import LaunchHost
@testable import LaunchSageMaker

/// An agent with many waiting runs in an account that accepts few `CreateTrainingJob` calls a second.
@Suite struct ThrottledAccountTests {
    private static let operation = ("sagemaker", "CreateTrainingJob")

    /// Drains `count` runs with one agent, and returns the seconds from the first create to the last.
    private func drain(_ world: TrainingWorld, _ count: Int, rate: Double = 50) async throws -> Double {
        try await world.queue()
        world.stub.sagemaker.lives(.usual(seconds: 30))
        for _ in 0..<count { try await world.submit("good") }
        let end = try await world.clock.running(rate: rate) {
            let agent = try world.agent()
            return try await agent.run(as: try world.store.becomeOwner(kind: "agent"))
        }
        #expect(end == .done)
        let times = world.stub.times(Self.operation.0, Self.operation.1)
        return (times.last ?? 0) - (times.first ?? 0)
    }

    private func check(_ world: TrainingWorld, _ count: Int) async throws {
        let runs = try await world.store.runs(RunFilter(limit: 1000))
        #expect(runs.count == count && runs.allSatisfy { $0.state == .succeeded })
        // One job for each run, and no other job.
        let names = runs.compactMap { $0.handle?.fields["name"] }
        #expect(Set(names).count == count)
        #expect(Set(world.stub.sagemaker.jobs.map(\.name)) == Set(names) && world.stub.sagemaker.jobs.count == count)
        #expect(world.stub.outcomes(Self.operation.0, Self.operation.1)["answered"] == count)
    }

    @Test(.timeLimit(.minutes(30)), arguments: [2, 5])
    func `runs are created at the account's rate, once each, with few refused calls:`(perSecond: Int) async throws {
        let world = try TrainingWorld()
        world.stub.limit(Self.operation.0, Self.operation.1, perSecond: perSecond)
        let count = 400
        let seconds = try await drain(world, count)
        try await check(world, count)
        let refused = world.stub.outcomes(Self.operation.0, Self.operation.1)["ThrottlingException"] ?? 0
        // The first calls are sent at once, because the account's limit is unknown. Of the others, few are refused.
        #expect(refused > 0)
        #expect(refused < 128 + count / 3, "\(refused) calls were refused")
        let rate = Double(count) / seconds
        print("\(refused) of \(count + refused) calls were refused; \(rate) jobs a second of \(perSecond).")
        #expect(rate > 0.5 * Double(perSecond), "\(rate) jobs a second")
    }

    @Test(.timeLimit(.minutes(30))) func `the rate recovers when the account accepts more`() async throws {
        let world = try TrainingWorld()
        world.stub.limit(Self.operation.0, Self.operation.1, perSecond: 2)
        let count = 400
        let lifting = Task {
            _ = await eventually { world.stub.sagemaker.jobs.count >= 60 }
            world.stub.limit(Self.operation.0, Self.operation.1, perSecond: nil)
        }
        // Slowly: the time that a loaded machine takes for a job must be small by the clock of the test.
        _ = try await drain(world, count, rate: 10)
        await lifting.value
        try await check(world, count)
        let times = world.stub.sagemaker.jobs.map(\.created.timeIntervalSince1970).sorted()
        // The last 60 jobs take much less time than 60 jobs take under the limit.
        let (slow, fast) = (times[59] - times[0], times[count - 1] - times[count - 60])
        #expect(fast * 3 < slow, "\(slow) s, then \(fast) s")
    }
}
