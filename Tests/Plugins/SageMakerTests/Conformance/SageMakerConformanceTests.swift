import AWSStub
import Conformance
import Foundation
import LaunchHost
import SageMaker
import TestSupport
import Testing

@Suite("sagemaker conforms", .timeLimit(.minutes(10)))
struct SageMakerConformanceTests {
    @Test("The whole kit, over the stub")
    func kit() async throws {
        let folder = try TemporaryDirectory()
        let account = try FastAccount()
        let acting = Acting(account)
        account.stub.sagemaker.lives { request, _ in acting.life(of: request) }
        // The stub must not hold the account, which holds the stub.
        defer { account.stub.sagemaker.lives(.endless) }
        let fixture = RunnerFixture(
            plugin: SageMakerRunner.plugin, folder: folder.path, makeRunner: { account.runner() },
            job: { behaviour, id in Acting.job(behaviour, id: id) },
            count: { id in acting.living(of: id) })
        let report = await RunnerConformance(fixture).run()
        print(report)
        #expect(report.failures == [])
        // A line of over 1 MB reaches CloudWatch in several events that nothing ties together.
        #expect(report.skipped == 1, "\(report)")
    }
}
