import AWSStub
import Foundation
import LaunchHost
import Testing

@testable import LaunchSageMaker

/// One job per request, whatever happens to the call.
struct SubmitTests {
    let world: TrainingWorld
    let runner: SageMakerRunner
    let request: RunRequest
    let id: RunID
    let name = "unit-run00001"

    init() throws {
        world = try TrainingWorld(jumps: true)
        runner = try world.runner()
        let job = try TrainingWorld.job()
        (request, id) = (try runner.render(job), job.job.runID)
    }

    private func error(_ body: () async throws -> Void) async -> BackendError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? BackendError
        }
    }

    @Test func `the job has the run's name, and any runner finds it`() async throws {
        #expect(try await runner.find(request, as: id) == nil)
        let handle = try await runner.submit(request, as: id)
        #expect(handle.runID == id)
        #expect(handle.fields == ["name": name, "region": TrainingWorld.region])
        #expect(world.stub.sagemaker.job(name)?.tags[RunTags.run] == id.rawValue)
        #expect(try await world.runner().find(request, as: id) == handle)
        #expect(try await world.runner().submit(request, as: id) == handle)
        #expect(world.stub.sagemaker.creates(of: name) == 1)
    }

    @Test func `a lost answer makes no second job`() async throws {
        world.stub.script("sagemaker", "CreateTrainingJob", [.lostAnswer])
        let handle = try await runner.submit(request, as: id)
        #expect(handle.fields["name"] == name)
        #expect(world.stub.sagemaker.requests(for: name) == 1)
    }

    @Test func `a lost answer that cannot be looked up is not a rejection`() async throws {
        world.stub.script("sagemaker", "CreateTrainingJob", [.lostAnswer])
        world.stub.always("sagemaker", "DescribeTrainingJob", .throttled)
        let error = await error { _ = try await runner.submit(request, as: id) }
        #expect(error?.category == .transient)
        #expect(error?.message.contains("Whether \(name) exists is unknown") == true)
        world.stub.always("sagemaker", "DescribeTrainingJob", nil)
        #expect(try await runner.submit(request, as: id).fields["name"] == name)
        #expect(world.stub.sagemaker.creates(of: name) == 1)
    }

    @Test func `a reset before the effect leaves nothing`() async throws {
        world.stub.script("sagemaker", "CreateTrainingJob", [.reset])
        #expect(await error { _ = try await runner.submit(request, as: id) }?.isWorthRetrying == true)
        #expect(world.stub.sagemaker.jobs.isEmpty)
    }

    @Test(.timeLimit(.minutes(30))) func `concurrent submits make one job`() async throws {
        let (runner, request, id) = (runner, request, id)
        let handles = try await withThrowingTaskGroup(of: RunHandle.self) { group in
            for _ in 0..<32 { group.addTask { try await runner.submit(request, as: id) } }
            return try await group.reduce(into: Set<RunHandle>()) { $0.insert($1) }
        }
        #expect(handles.count == 1)
        #expect(world.stub.sagemaker.creates(of: name) == 1)
    }

    @Test func `another run's job of that name is a conflict`() async throws {
        let given = ["TrainingJobName": JSONValue.string("given")]
        let mine = try runner.render(try TrainingWorld.job("run00002", given))
        let others = try runner.render(try TrainingWorld.job("run00003", given))
        let id = try #require(RunID(rawValue: "run00002"))
        _ = try await runner.submit(others, as: #require(RunID(rawValue: "run00003")))
        for _ in 0..<2 {
            let error = await error { _ = try await runner.submit(mine, as: id) }
            #expect(error?.category == .conflict)
            #expect(error?.hint?.contains("${run_id}") == true)
        }
        #expect(await error { _ = try await runner.find(mine, as: id) }?.category == .conflict)
    }

    @Test func `without permission to read tags, the job's environment identifies it`() async throws {
        world.stub.sagemaker.refuse { operation, _ in
            operation == "ListTags" ? StubError("AccessDeniedException", "not authorized") : nil
        }
        let handle = try await runner.submit(request, as: id)
        #expect(try await runner.find(request, as: id) == handle)
        let other = try #require(RunID(rawValue: "run00009"))
        #expect(await error { _ = try await runner.find(request, as: other) }?.category == .conflict)
    }

    @Test func `a quota error contains its numbers`() async throws {
        world.stub.sagemaker.quota("ml.m5.xlarge", 0)
        let error = await error { _ = try await runner.submit(request, as: id) }
        #expect(error?.category == .quota)
        #expect(
            error?.message
                == "The account's quota \"ml.m5.xlarge for training job usage\" is 0; 0 in use, 1 more requested.")
        #expect(error?.hint?.contains("Service Quotas") == true)
    }

    private func several(_ types: [String]) throws -> RunRequest {
        try runner.render(
            try TrainingWorld.job("run00001", ["instance_types": .array(types.map { .string($0) })]))
    }

    private var type: String? {
        world.stub.sagemaker.job(name)?.request["ResourceConfig"]?["InstanceType"]?.stringValue
    }

    @Test func `a type whose quota is too small is skipped`() async throws {
        world.stub.sagemaker.quota("ml.m5.xlarge", 0)
        world.stub.sagemaker.quota("ml.g5.xlarge", 0)
        let request = try several(["ml.g5.xlarge", "ml.m5.2xlarge", "ml.m5.4xlarge"])
        let handle = try await runner.submit(request, as: id)
        #expect(handle.fields["name"] == name && type == "ml.m5.2xlarge")
        #expect(try await world.runner().find(request, as: id) == handle)
        #expect(try await world.runner().submit(request, as: id) == handle)
        #expect(world.stub.sagemaker.jobs.count == 1)
    }

    @Test func `a later attempt tries the earlier types again`() async throws {
        world.stub.sagemaker.quota("ml.g5.xlarge", 0)
        let end = Observation(runID: id, phase: .failed, cause: Cause(.capacity, "x"), backendStatus: "Failed")
        let next = try #require(runner.nextAttempt(2, after: try several(["ml.g5.xlarge"]), end, limit: nil))
        let handle = try await runner.submit(next.request, as: id)
        let job = world.stub.sagemaker.job(try #require(handle.fields["name"]))
        #expect(job?.request["ResourceConfig"]?["InstanceType"] == .string("ml.m5.xlarge"))
    }

    @Test func `a quota that is only used up is waited for`() async throws {
        world.stub.sagemaker.quota("ml.m5.xlarge", 0)
        world.stub.sagemaker.quota("ml.g5.xlarge", 1)
        let other = try TrainingWorld.job(
            "run00002",
            [
                "ResourceConfig": .object([
                    "InstanceType": .string("ml.g5.xlarge"), "InstanceCount": .integer(1),
                ])
            ])
        _ = try await runner.submit(try runner.render(other), as: other.job.runID)
        let request = try several(["ml.g5.xlarge", "ml.m5.2xlarge"])
        let error = await error { _ = try await runner.submit(request, as: id) }
        #expect(error?.category == .quota)
        #expect(
            error?.message
                == "The account's quota \"ml.m5.xlarge for training job usage\" is 0; 0 in use, 1 more requested. "
                + "The account's quota \"ml.g5.xlarge for training job usage\" is 1; 1 in use, 1 more requested.")
        #expect(world.stub.sagemaker.job(name) == nil)
    }

    @Test func `a repeated submit with another type makes no second job`() async throws {
        world.stub.sagemaker.quota("ml.m5.xlarge", 0)
        world.stub.sagemaker.quota("ml.g5.xlarge", 1)
        let request = try several(["ml.g5.xlarge", "ml.m5.2xlarge"])
        _ = try await runner.submit(request, as: id)
        // The job itself uses up the quota of its type.
        #expect(try await world.runner().submit(request, as: id).fields["name"] == name)
        #expect(type == "ml.g5.xlarge" && world.stub.sagemaker.jobs.count == 1)
    }

    @Test func `jobs are created without a wait while the service accepts them`() async throws {
        let begin = world.clock.now
        for number in 0..<20 { #expect(try await submit(number) == 0) }
        #expect(world.stub.sagemaker.jobs.count == 20)
        #expect(world.clock.now.timeIntervalSince(begin) < 2)
    }

    @Test func `after a throttled call, jobs are created at the service's rate`() async throws {
        world.stub.limit("sagemaker", "CreateTrainingJob", perSecond: 5)
        var throttled = 0
        for number in 0..<20 { throttled += try await submit(number) }
        #expect(world.stub.sagemaker.jobs.count == 20)
        #expect((1...8).contains(throttled), "\(throttled)")
        #expect(world.stub.outcomes("sagemaker", "CreateTrainingJob")["ThrottlingException"] == throttled)
    }

    /// Submits a run until the service accepts it. Returns how often it was throttled.
    private func submit(_ number: Int) async throws -> Int {
        let job = try TrainingWorld.job("run1\(number)")
        let request = try runner.render(job)
        for throttled in 0..<100 {
            do {
                _ = try await runner.submit(request, as: job.job.runID)
                return throttled
            } catch {
                #expect(error.category == .throttled)
            }
        }
        throw BackendError(.throttled, "The service accepts nothing.")
    }
}
