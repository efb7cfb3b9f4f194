import AWSStub
import Foundation
import TestSupport
import Testing

import LaunchHost
@testable import LaunchSageMaker

/// Many jobs with few calls, and the result if some of the calls fail.
struct TrainingWatchTests {
    let world: TrainingWorld
    let runner: SageMakerRunner

    init() throws {
        world = try TrainingWorld(jumps: true)
        runner = try world.runner()
    }

    private func handles(_ count: Int, region: String = TrainingWorld.region) throws -> [RunHandle] {
        try (0..<count).map { index in
            let name = "scale-\(String(index + 100_000))"
            let id = try #require(RunID(rawValue: "r\(index + 100_000)"))
            return TrainingHandle(name: name, region: region).handle(of: id)
        }
    }

    private func add(_ handles: [RunHandle], region: String = TrainingWorld.region, _ life: TrainingLife = .endless) {
        for handle in handles { world.stub.sagemaker.add(handle.fields["name"] ?? "", region: region, life: life) }
    }

    private func calls(_ operation: String) -> Int { world.stub.times("sagemaker", operation).count }

    /// Observes until each run was reported, one second between two calls.
    private func sweep(_ handles: [RunHandle]) async throws -> [RunID: Observation] {
        var told: [RunID: Observation] = [:]
        for _ in 0..<1000 where told.count < handles.count {
            for observation in try await runner.observe(handles) { told[observation.runID] = observation }
            world.clock.advance(by: 1)
        }
        try #require(told.count == handles.count)
        return told
    }

    @Test(arguments: [1000, 10_000])
    func `a sweep takes one call per hundred jobs, and one per ended job`(count: Int) async throws {
        let all = try handles(count)
        let (short, long) = (all[..<7], all[7...])
        for index in 0..<300 { world.stub.sagemaker.add("stranger-\(index)", life: .endless) }
        add(Array(short), .usual(seconds: 3600))
        add(Array(long.prefix(count / 2)))
        for index in 300..<600 { world.stub.sagemaker.add("stranger-\(index)", life: .endless) }
        add(Array(long.dropFirst(count / 2)))

        let first = try await sweep(all)
        #expect(first.values.allSatisfy { $0.phase == .starting || $0.phase == .running })
        #expect(calls("ListTrainingJobs") == count / 100)
        #expect(calls("DescribeTrainingJob") == 0)

        world.clock.advance(by: 3600)
        let second = try await sweep(all)
        #expect(Set(second.values.filter { $0.phase == .succeeded }.map(\.runID)) == Set(short.map(\.runID)))
        #expect(calls("ListTrainingJobs") == 2 * (count / 100))
        #expect(calls("DescribeTrainingJob") == short.count)

        // The outcome is known from the end's description.
        let request = RunRequest(runner: SageMakerRunner.type, document: .object([:]))
        for handle in short {
            let outcome = try await runner.finish(handle, of: request, into: world.folder.path)
            #expect(outcome.facts.contains { $0.name == "course" })
        }
        #expect(calls("DescribeTrainingJob") == short.count)
        #expect(world.stub.busiestSecond("sagemaker", "ListTrainingJobs") <= 2)
    }

    @Test func `a sweep of several calls pauses if nothing has changed`() async throws {
        let all = try handles(500)
        add(all)
        world.clock.advance(by: 600)
        for _ in 0..<4 { _ = try await sweep(all) }
        let before = calls("ListTrainingJobs")
        #expect(before == 20)
        #expect(try await runner.observe(all).isEmpty)
        #expect(calls("ListTrainingJobs") == before)
        world.clock.advance(by: 16)
        #expect(try await runner.observe(all).count == 400)
    }

    @Test func `an end that was found before an error is reported`() async throws {
        let all = try handles(250)
        add(all, .usual(seconds: 10))
        world.clock.advance(by: 60)
        world.stub.script("sagemaker", "ListTrainingJobs", [.proceed, .throttled])
        #expect(try await runner.observe(all).count { $0.phase == .succeeded } == 100)
    }

    @Test func `an end whose description fails is described again`() async throws {
        let all = try handles(2)
        add([all[0]], .usual(seconds: 10))
        add([all[1]])
        world.clock.advance(by: 60)
        world.stub.script("sagemaker", "DescribeTrainingJob", Array(repeating: .throttled, count: 3))
        #expect(try await runner.observe(all).map(\.runID) == [all[1].runID])
        #expect(try await runner.observe(all).contains { $0.runID == all[0].runID && $0.phase == .succeeded })
    }

    @Test(arguments: [
        (Reaction.expired, BackendError.Category.expired), (.throttled, .throttled), (.internalFailure, .transient),
        (.error("AccessDeniedException", "User: x is not authorized to perform: sagemaker:ListTrainingJobs"), .denied),
    ])
    func `an error is thrown and is never a state`(reaction: Reaction, category: BackendError.Category) async throws {
        for (count, operation) in [(3, "ListTrainingJobs"), (1, "DescribeTrainingJob")] {
            let all = try handles(count)
            add(all)
            world.stub.always("sagemaker", operation, reaction)
            let error = await #expect(throws: BackendError.self) { _ = try await runner.observe(all) }
            #expect(error?.category == category, "\(operation): \(error.map { "\($0)" } ?? "-")")
        }
    }

    @Test func `jobs of another region are described`() async throws {
        let here = try handles(3)
        let there = try handles(20).dropFirst(3).map { handle in
            RunHandle(
                runner: handle.runner, runID: handle.runID,
                fields: ["name": handle.fields["name"] ?? "", "region": "eu-west-1"])
        }
        add(here)
        add(there, region: "eu-west-1")
        let told = try await sweep(here + there)
        #expect(told.values.allSatisfy { $0.phase != .missing })
        // Ten per call, in turn.
        #expect((17...20).contains(calls("DescribeTrainingJob")))
    }

    @Test func `a job that lists do not show yet is described`() async throws {
        world.stub.sagemaker.listLag = 30
        let all = try handles(3)
        add(all)
        #expect(try await runner.observe(all).map(\.phase) == [.starting, .starting, .starting])
    }

    @Test func `a job that no longer exists is missing and a new one is not`() async throws {
        let all = try handles(3)
        add([all[0], all[1]])
        await runner.watch.made(try TrainingHandle(all[2]))
        #expect(try await runner.observe([all[2]]).isEmpty)
        #expect(try await runner.observe(all).count == 2)
        world.clock.advance(by: 61)
        #expect(try await runner.observe(all).first { $0.runID == all[2].runID }?.phase == .missing)
        #expect(try await runner.observe([all[2]]).map(\.phase) == [.missing])
    }

    @Test func `an expired token restarts the sweep`() async throws {
        let all = try handles(250)
        add(all)
        world.stub.script(
            "sagemaker", "ListTrainingJobs",
            [.proceed, .error("ValidationException", "Invalid NextToken.")])
        let told = try await sweep(all)
        #expect(told.values.allSatisfy { $0.phase == .starting })
        #expect(calls("ListTrainingJobs") == 5)
    }

    @Test func `an unreadable handle hides no other`() async throws {
        let all = try handles(2)
        add(all)
        let strange = RunHandle(runner: SageMakerRunner.type, runID: .random(), version: 9)
        #expect(try await runner.observe([strange] + all).count == 2)
    }

    @Test(arguments: [
        (["train-a1", "train-a2"], "train-a" as String?), (["train-a"], "train-a"), (["ab-1", "ab-2"], "ab-"),
        (["a-1", "b-1"], nil), (["ab", "ac"], nil), ([], nil),
    ])
    func `only a long common prefix is used as a filter`(names: [String], start: String?) {
        #expect(TrainingSweep.commonStart(of: Set(names)) == start)
    }
}
