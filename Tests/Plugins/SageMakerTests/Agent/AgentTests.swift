import AWSStub
import Foundation
import Synchronization
import TestSupport
import Testing

import LaunchHost
import LaunchConcurrency
@testable import LaunchSageMaker

/// The agent with SageMaker, one failure per test.
@Suite struct SageMakerAgentTests {
    private func events(_ world: TrainingWorld, _ id: RunID) async throws -> [RunState] {
        try await world.store.events(of: id).map(\.state)
    }

    private func runs(_ world: TrainingWorld, _ ids: [RunID]) async throws -> [RunRecord] {
        try await ids.asyncMap { try await world.store.run($0) }
    }

    private func wait(for condition: @Sendable () async throws -> Bool) async throws {
        let isReached = try await eventually(condition)
        #expect(isReached)
    }

    private func drain(_ world: TrainingWorld) -> Task<Agent.End, any Error> {
        Task {
            let agent = try world.agent()
            return try await agent.run(as: try await world.store.becomeOwner(kind: "agent"))
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a run whose job may exist is never requeued or dropped`() async throws {
        let world = try TrainingWorld()
        try await world.queue()
        world.stub.sagemaker.lives(.endless)
        world.stub.script("sagemaker", "CreateTrainingJob", [.lostAnswer])
        world.stub.always("sagemaker", "DescribeTrainingJob", .throttled)
        let id = try await world.submit("lost")
        try await world.clock.running(rate: 300) {
            let agent = drain(world)
            // The job's existence is unknown, so it is looked up repeatedly.
            try await wait {
                try await world.store.events(of: id).contains { $0.message?.contains("is asked again") == true }
            }
            await #expect(try events(world, id).count { $0 == .queued } == 1)
            _ = try await world.store.requestStop(id)
            #expect(try await world.store.run(id).state == .submitting)
            world.stub.always("sagemaker", "DescribeTrainingJob", nil)
            #expect(try await agent.value == .done)
        }
        let run = try await world.store.run(id)
        #expect(run.state == .stopped && run.cause?.code == .userStop)
        #expect(world.stub.sagemaker.jobs.map(\.end?.status) == ["Stopped"])
        #expect(run.handle?.fields["name"] == world.stub.sagemaker.jobs.first?.name)
    }

    @Test(.timeLimit(.minutes(30)))
    func `a run has a cost if the runner has prices`() async throws {
        let world = try TrainingWorld()
        try await world.queue()
        try world.folder.write("prices.yaml", "region: us-east-1\nas_of: 2026\nper_hour: {ml.m5.xlarge: 36}\n")
        let id = try await world.submit("priced")
        try await world.clock.running(rate: 300) {
            let agent = try world.agent(
                runner: "runner: {type: sagemaker, prices: \(world.folder.file("prices.yaml"))}")
            _ = try await agent.run(as: try await world.store.becomeOwner(kind: "agent"))
        }
        let run = try await world.store.run(id)
        let billed = try #require(run.outcome?.facts.first { $0.name == "billed" }?.value)
        let seconds = try #require(billed.split(separator: " ").first.flatMap { Double($0) })
        #expect(seconds > 0 && billed.contains("ml.m5.xlarge"), "\(billed)")
        let hosts = try #require(billed.split(separator: " ").dropFirst(3).first.flatMap { Double($0) })
        #expect(run.outcome?.cost == Outcome.Cost(seconds * hosts / 100, "USD"), "\(billed)")
    }

    @Test(.timeLimit(.minutes(30)))
    func `a look-up without permission is repeated at growing intervals`() async throws {
        let world = try TrainingWorld(keepsCalls: true)
        try await world.queue()
        world.stub.sagemaker.lives(.endless)
        world.stub.script("sagemaker", "CreateTrainingJob", [.lostAnswer])
        world.stub.always(
            "sagemaker", "DescribeTrainingJob", .error("AccessDeniedException", "User: x is not authorized"))
        let id = try await world.submit("lost")
        let begin = world.clock.now
        try await world.clock.running(rate: 300) {
            let agent = drain(world)
            try await wait {
                try await world.store.events(of: id).contains { $0.message?.contains("asked again") == true }
            }
            _ = try await world.store.requestStop(id)
            try await wait { world.clock.now.timeIntervalSince(begin) > 600 }
            #expect(world.stub.calls("sagemaker", "DescribeTrainingJob").count < 60)
            #expect(try await world.store.events(of: id).count < 10)
            #expect(try await world.store.run(id).state == .submitting)
            world.stub.always("sagemaker", "DescribeTrainingJob", nil)
            #expect(try await agent.value == .done)
        }
        #expect(try await world.store.run(id).state == .stopped)
        #expect(world.stub.sagemaker.jobs.map(\.end?.status) == ["Stopped"])
    }

    @Test(.timeLimit(.minutes(30)))
    func `a rejected stop is recorded once and retried`() async throws {
        let world = try TrainingWorld(keepsCalls: true)
        try await world.queue()
        world.stub.sagemaker.lives(.endless)
        world.stub.always(
            "sagemaker", "StopTrainingJob",
            .error("AccessDeniedException", "not authorized to perform: sagemaker:StopTrainingJob"))
        let id = try await world.submit("kept")
        let begin = world.clock.now
        try await world.clock.running(rate: 300) {
            let agent = drain(world)
            try await wait { try await world.store.run(id).state == .running }
            _ = try await world.store.requestStop(id)
            try await wait { world.clock.now.timeIntervalSince(begin) > 900 }
            let told = try await world.store.events(of: id).filter {
                $0.message?.contains("has not accepted the stop") == true
            }
            #expect(told.count == 1 && told.first?.message?.contains("sagemaker:StopTrainingJob") == true)
            #expect(world.stub.calls("sagemaker", "StopTrainingJob").count < 60)
            world.stub.always("sagemaker", "StopTrainingJob", nil)
            #expect(try await agent.value == .done)
        }
        #expect(try await world.store.run(id).state == .stopped)
    }

    @Test(.timeLimit(.minutes(30))) func `a used-up quota requeues the run`() async throws {
        let world = try TrainingWorld()
        try await world.queue()
        world.stub.sagemaker.quota("ml.m5.xlarge", 0)
        world.stub.sagemaker.lives(.usual(seconds: 30))
        let id = try await world.submit("quota")
        try await world.clock.running(rate: 300) {
            let agent = drain(world)
            try await wait {
                let run = try await world.store.run(id)
                return run.state == .queued && run.attempts >= 2
            }
            let waiting = try await world.store.run(id)
            #expect(waiting.waitingSince != nil)
            let cause = try await world.store.events(of: id).last { $0.state == .queued }?.cause
            #expect(cause?.code == .quota)
            #expect(
                cause?.message.contains("\"ml.m5.xlarge for training job usage\" is 0; 0 in use, 1 more requested")
                    == true)
            world.stub.sagemaker.quota("ml.m5.xlarge", 1)
            #expect(try await agent.value == .done)
        }
        let run = try await world.store.run(id)
        #expect(run.state == .succeeded && run.waitingSince == nil)
    }

    @Test(.timeLimit(.minutes(30)), arguments: [false, true])
    func `the wait ends at the queue's limit`(throttled: Bool) async throws {
        let world = try TrainingWorld()
        try await world.queue(retry: RetryRules(waitSeconds: 900))
        if throttled {
            world.stub.always("sagemaker", "CreateTrainingJob", .throttled)
        } else {
            world.stub.sagemaker.quota("ml.m5.xlarge", 0)
        }
        let id = try await world.submit("quota")
        let end = try await world.clock.running(rate: 600) { try await drain(world).value }
        #expect(end == .done)
        let run = try await world.store.run(id)
        #expect(run.state == .failed && run.cause?.code == (throttled ? .submit : .quota))
        #expect(run.cause?.message.contains("'retry.wait'") == true)
        #expect(run.attempts > 1)
        let waited = try #require(run.endedAt).date.timeIntervalSince(try #require(run.waitingSince).date)
        #expect((900..<1800).contains(waited))
    }

    @Test(.timeLimit(.minutes(30))) func `expired credentials change no state`() async throws {
        let world = try TrainingWorld()
        try await world.queue()
        world.stub.sagemaker.lives(.usual(seconds: 300))
        let ids = try await (0..<3).asyncMap { _ in try await world.submit("good") }
        try await world.clock.running(rate: 300) {
            let agent = drain(world)
            try await wait { try await runs(world, ids).allSatisfy { $0.handle != nil } }
            for operation in ["ListTrainingJobs", "DescribeTrainingJob"] {
                world.stub.always("sagemaker", operation, .expired)
            }
            let asked = world.stub.times("sagemaker", "ListTrainingJobs").count
            try await wait {
                world.stub.times("sagemaker", "ListTrainingJobs").count > asked + 3
                    && world.stub.sagemaker.jobs.allSatisfy { $0.moment(at: world.clock.now).status == "Completed" }
            }
            let live = try await runs(world, ids)
            #expect(live.allSatisfy { !$0.state.isTerminal })
            for operation in ["ListTrainingJobs", "DescribeTrainingJob"] {
                world.stub.always("sagemaker", operation, nil)
            }
            #expect(try await agent.value == .done)
        }
        for id in ids { #expect(try await world.store.run(id).state == .succeeded) }
    }

    @Test(.timeLimit(.minutes(30))) func `a stop does not wait for a long sweep`() async throws {
        let world = try TrainingWorld()
        try await world.queue()
        world.stub.sagemaker.lives(.endless)
        let ids = try await (0..<3).asyncMap { _ in try await world.submit("stop") }
        let gate = Gate()
        try await world.clock.running(rate: 100) {
            let agent = drain(world)
            try await wait { try await runs(world, ids).allSatisfy { $0.state == .running } }
            world.stub.always("sagemaker", "ListTrainingJobs", .waiting(gate))
            let asked = world.stub.times("sagemaker", "ListTrainingJobs").count
            try await wait {
                world.stub.times("sagemaker", "ListTrainingJobs").count > asked
            }
            for id in ids { _ = try await world.store.requestStop(id) }
            try await wait {
                world.stub.sagemaker.jobs.allSatisfy { $0.stopped != nil }
            }
            world.stub.always("sagemaker", "ListTrainingJobs", nil)
            gate.open()
            #expect(try await agent.value == .done)
        }
        for id in ids { #expect(try await world.store.run(id).state == .stopped) }
    }

    /// A spot job that waits for hours must not cause an event every second.
    @Test(.timeLimit(.minutes(30))) func `an interrupted job is recorded once`() async throws {
        let world = try TrainingWorld()
        try await world.queue()
        world.stub.sagemaker.lives { _, _ in
            TrainingLife([
                .init("Starting", seconds: 30), .init("Training", seconds: 60), .init("Interrupted", seconds: 60),
                .init("Starting", seconds: 600), .init("Training", seconds: 60),
            ])
        }
        let id = try await world.submit("spot")
        let end = try await world.clock.running(rate: 300) { try await drain(world).value }
        #expect(end == .done)
        let run = try await world.store.run(id)
        #expect(run.state == .succeeded)
        let told = try await world.store.events(of: id).filter {
            $0.message?.contains("spot instance was taken back") == true
        }
        #expect(told.count == 1)
        await #expect(try events(world, id).count { $0 == .running } <= 2)
    }

    /// The job is interrupted twice and restarted while the service fails.
    @Test(.timeLimit(.minutes(30))) func `interruptions between observations are recorded at the end`() async throws {
        let world = try TrainingWorld()
        try await world.queue()
        world.stub.sagemaker.lives { _, _ in
            TrainingLife([
                .init("Starting", seconds: 30), .init("Training", seconds: 300), .init("Interrupted", seconds: 60),
                .init("Restarting", seconds: 60), .init("Training", seconds: 60), .init("Interrupted", seconds: 60),
                .init("Starting", seconds: 60), .init("Training", seconds: 60),
            ])
        }
        let id = try await world.submit("spot")
        let began = world.clock.now
        let logged = Mutex<[Logger.Record]>([])
        let log = Logger { record in logged.withLock { $0.append(record) } }
        try await world.clock.running(rate: 150) {
            let agent = Task {
                try await world.agent(log: log).run(as: try await world.store.becomeOwner(kind: "agent"))
            }
            try await wait { try await world.store.run(id).state == .running }
            world.stub.always("sagemaker", "DescribeTrainingJob", .throttled)
            try await wait { world.clock.now.timeIntervalSince(began) > 1200 }
            world.stub.always("sagemaker", "DescribeTrainingJob", nil)
            #expect(try await agent.value == .done)
        }
        let told = try await world.store.events(of: id).filter { $0.state == .starting && $0.message != nil }
        #expect(told.count { $0.message?.contains("spot instance was taken back") == true } == 2, "\(told)")
        #expect(told.count { $0.message?.contains("starts the job again") == true } == 3)
        #expect(told.map(\.at) == told.map(\.at).sorted() && Set(told.map(\.at)).count == 3)
        #expect(told.allSatisfy { $0.at.date.timeIntervalSince(began) < 1000 })
        #expect(try await world.store.events(of: id).last?.state == .succeeded)

        // The log names the job and its page.
        let submitted = try #require(logged.withLock { $0.first { $0.message == "run submitted" } })
        let fields = Dictionary(submitted.fields.map { ($0.name, $0.value) }) { $1 }
        let name = try #require(try await world.store.run(id).handle?.fields["name"])
        #expect(fields["run"] == id.rawValue && fields["backend"] == "sagemaker \(name)")
        #expect(fields["page"]?.hasSuffix("/jobs/\(name)") == true)
    }

    @Test(.timeLimit(.minutes(30))) func `a job that completes before its stop has succeeded`() async throws {
        let world = try TrainingWorld()
        try await world.queue()
        world.stub.sagemaker.lives(.usual(seconds: 300))
        let id = try await world.submit("good")
        try await world.clock.running(rate: 200) {
            let agent = drain(world)
            try await wait { try await world.store.run(id).state == .running }
            world.stub.always("sagemaker", "StopTrainingJob", .throttled)
            _ = try await world.store.requestStop(id)
            #expect(try await agent.value == .done)
        }
        let run = try await world.store.run(id)
        #expect(run.state == .succeeded && run.cause?.code == .exit)
        #expect(world.stub.sagemaker.jobs.first?.end?.status == "Completed")
    }
}
