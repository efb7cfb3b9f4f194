import AWSStub
import Foundation
import LaunchConformance
import LaunchHost
import TestSupport
import Testing

@testable import LaunchSageMaker

@Suite("sagemaker passes the conformance kit", .timeLimit(.minutes(30)))
struct SageMakerConformanceTests {
    @Test
    func `The complete kit, with the stub`() async throws {
        let folder = try TemporaryDirectory()
        let box = WireBox()
        let account = try FastAccount(through: { try box.make($0) })
        let acting = Acting(account)
        account.stub.sagemaker.lives { request, _ in acting.life(of: request) }
        // Breaks the reference cycle: the account holds the stub, and the stub holds the closure above.
        defer { account.stub.sagemaker.lives(.endless) }
        let fixture = RunnerFixture(
            plugin: SageMakerRunner.plugin, folder: folder.path,
            settings: KitSettings(
                process: .own, idleConnections: 64,
                without: [
                    .leftovers: "All that a run can leave lies in the account, where 'count' looks.",
                    .folders: "The plugin keeps no files.",
                ]), wire: box.wire,
            second: SecondProcess(
                configuration: try account.access.text,
                makeRunner: { text in try FastAccount.runner(StubAccess(text: text)) }),
            clock: BackendClock(tolerance: 30, rate: account.clock.factor, now: { account.clock.now }),
            hasPath: { path in
                // The model corrects the case of the names that it knows.
                let lower = path.steps.map { step in
                    if case .member(let name) = step { FieldPath.Step.member(name.lowercased()) } else { step }
                }
                return ServiceModel.bundled.canonical(FieldPath(lower)) == path
            },
            makeRunner: { account.runner() },
            job: { behaviour, id in Acting.job(behaviour, id: id) },
            count: { id in acting.living(of: id) })
        let report = await RunnerConformance(fixture).run()
        #expect(report.isComplete)
        // A line of over 1 MB reaches CloudWatch as several events without a connection, the stub's log is written before
        // a stop, and its jobs have no process; the other two are above.
        #expect(report.skipped == 5)
    }
}

/// A proxy in front of the stub.
private final class WireBox {
    private(set) var wire: HTTPWire?

    /// Returns the proxy's URL.
    func make(_ stub: AWSStub) throws -> String {
        let port = try #require(stub.url.split(separator: ":").last.flatMap { Int($0) })
        let wire = try HTTPWire(
            to: .port(port),
            throttled: HTTPWire.Answer(
                400, headers: [("Content-Type", "application/x-amz-json-1.1")],
                text: #"{"__type": "ThrottlingException", "message": "Rate exceeded"}"#),
            late: { request, answer in
                guard request.header("X-Amz-Target") == "SageMaker.ListTrainingJobs", answer.status == 200 else {
                    return nil
                }
                return HTTPWire.Answer(200, headers: answer.headers, text: #"{"TrainingJobSummaries": []}"#)
            },
            isSubmit: { $0.header("X-Amz-Target") == "SageMaker.CreateTrainingJob" })
        self.wire = wire
        return wire.url
    }
}
