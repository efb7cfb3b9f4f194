import AWSStub
import LaunchHost
import Testing

@testable import LaunchSageMaker

struct StopTests {
    let world: TrainingWorld
    let runner: SageMakerRunner

    init() throws {
        world = try TrainingWorld(jumps: true)
        runner = try world.runner()
    }

    private func handle(_ name: String) -> RunHandle {
        TrainingHandle(name: name, region: TrainingWorld.region).handle(of: .random())
    }

    @Test func `a job is stopped before its start, and only once`() async throws {
        world.stub.sagemaker.add("early", life: .endless)
        for _ in 0..<3 { try await runner.stop(handle("early"), grace: .seconds(5)) }
        world.clock.advance(by: 60)
        let end = world.stub.sagemaker.job("early")?.end
        #expect(end?.status == "Stopped")
        #expect(world.stub.sagemaker.job("early")?.moment(at: world.clock.now).status == "Stopped")
    }

    @Test func `stopping an ended or missing job succeeds`() async throws {
        world.stub.sagemaker.add("done", life: .usual(seconds: 10))
        world.clock.advance(by: 60)
        try await runner.stop(handle("done"), grace: nil)
        #expect(world.stub.sagemaker.job("done")?.end?.status == "Completed")
        try await runner.stop(handle("nobody"), grace: nil)
    }

    @Test func `a stop with a lost answer is repeated`() async throws {
        world.stub.sagemaker.add("lost", life: .endless)
        world.stub.script("sagemaker", "StopTrainingJob", [.lostAnswer, .throttled])
        try await runner.stop(handle("lost"), grace: nil)
        #expect(world.stub.sagemaker.job("lost")?.end?.status == "Stopped")
    }

    @Test func `a rejection names the missing permission`() async throws {
        world.stub.sagemaker.add("mine", life: .endless)
        world.stub.sagemaker.refuse { operation, _ in
            guard operation == "StopTrainingJob" else { return nil }
            return StubError(
                "AccessDeniedException",
                "User: arn:aws:iam::123456789012:user/me is not authorized to perform: sagemaker:StopTrainingJob on "
                    + "resource: arn:aws:sagemaker:us-east-1:123456789012:training-job/mine because no policy allows it"
            )
        }
        let error = await #expect(throws: BackendError.self) { try await runner.stop(handle("mine"), grace: nil) }
        #expect(error?.category == .denied)
        #expect(error?.hint?.hasPrefix("Allow sagemaker:StopTrainingJob on arn:aws:sagemaker:") == true)
    }

    @Test func `a handle of another runner is rejected`() async throws {
        let strange = RunHandle(runner: "local-docker", runID: .random(), fields: ["name": "x", "region": "y"])
        let error = await #expect(throws: BackendError.self) { try await runner.stop(strange, grace: nil) }
        #expect(error?.category == .invalid)
    }

    @Test(arguments: [
        ("us-east-1", "https://console.aws.amazon.com/"), ("cn-north-1", "console.amazonaws.cn/"),
        ("us-gov-west-1", "console.amazonaws-us-gov.com/"),
    ])
    func `the page belongs to the job's partition`(region: String, host: String) throws {
        let handle = TrainingHandle(name: "job-1", region: region).handle(of: .random())
        let page = try #require(runner.page(of: handle))
        #expect(page.contains(host), "\(page)")
        #expect(page.contains(region) && page.hasSuffix("#/jobs/job-1"), "\(page)")
        #expect(runner.page(of: RunHandle(runner: "mock", runID: .random())) == nil)
    }
}
