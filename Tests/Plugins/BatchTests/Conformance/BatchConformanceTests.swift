import AWSStub
import LaunchConformance
import LaunchHost
import TestSupport
import Testing

@testable import LaunchBatch

@Suite("aws-batch and the conformance kit", .timeLimit(.minutes(30)))
struct BatchConformanceTests {
    @Test
    func `it passes all cases with the stub`() async throws {
        let folder = try TemporaryDirectory()
        let box = WireBox()
        let account = try BatchAccount(through: { try box.make($0) })
        let acting = Acting(account)
        account.stub.batch.lives { job, request in acting.life(of: job, request) }
        // Breaks the reference cycle: the account holds the stub, and the stub holds the closure above.
        defer { account.stub.batch.lives(.endless) }
        let fixture = RunnerFixture(
            plugin: BatchRunner.plugin, folder: folder.path,
            settings: KitSettings(
                process: .own, idleConnections: 64,
                without: [
                    .leftovers: "All that a run can leave lies in the account, where 'count' looks.",
                    .folders: "The plugin keeps no files.",
                ]), wire: box.wire,
            second: SecondProcess(
                configuration: try account.access.text,
                makeRunner: { text in try BatchAccount.runner(StubAccess(text: text)) }),
            clock: BackendClock(tolerance: 30, rate: account.clock.factor, now: { account.clock.now }),
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
                429, headers: [("Content-Type", "application/json"), ("x-amzn-ErrorType", "TooManyRequestsException")],
                text: #"{"message": "Too Many Requests"}"#),
            late: { request, answer in
                guard request.target == "/v1/listjobs", answer.status == 200 else { return nil }
                return HTTPWire.Answer(200, headers: answer.headers, text: #"{"jobSummaryList": []}"#)
            },
            isSubmit: { $0.target == "/v1/submitjob" })
        self.wire = wire
        return wire.url
    }
}
