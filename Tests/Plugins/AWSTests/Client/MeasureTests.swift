import AWSStub
import LaunchAWS
import LaunchHost
import Synchronization
import Testing

@testable import LaunchAWSKit

/// What is recorded of calls for the metrics of an agent.
@Suite struct MeasureTests {
    @Test func `each attempt is recorded with its operation and class`() async throws {
        let bench = try ClientBench()
        let calls = Mutex<[AWSAttempt]>([])
        var runtime = bench.runtime()
        runtime.record = { call in calls.withLock { $0.append(call) } }
        let client = try bench.client(runtime: runtime)
        bench.stub.script("sts", "GetCallerIdentity", [.throttled, .error("X", status: 503)])
        _ = try await client.query(.read("GetCallerIdentity"))
        bench.stub.always("sts", "GetCallerIdentity", .error("ResourceNotFound"))
        _ = await failure { () throws(AWSError) in try await client.query(.read("GetCallerIdentity")) }
        let recorded = calls.withLock(\.self)
        #expect(recorded.map(\.error?.kind) == [.throttle, .transient, nil, .notFound])
        #expect(recorded.allSatisfy { $0.service == .sts && $0.operation == "GetCallerIdentity" })
        #expect(recorded.allSatisfy { $0.duration >= .zero })
    }
}
