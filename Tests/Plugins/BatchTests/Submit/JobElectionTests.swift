import Foundation
import LaunchHost
import Testing

@testable import LaunchBatch

/// Which of several jobs is the run's.
@Suite struct JobElectionTests {
    private static let runID = RunID.random()

    private static func request() throws -> BatchRequest {
        try BatchRequest(try BatchRender(BatchAccount.job(id: runID)).request())
    }

    private static func job(
        _ id: String, created: Int, status: String = "RUNNABLE", fingerprint: String?
    ) throws -> BatchJob {
        let tags = fingerprint.map { "\"launch:request\": \"\($0)\"" } ?? ""
        return try #require(
            BatchJob(
                try JSONValue(
                    parsing: """
                        {"jobId": "\(id)", "jobName": "n", "status": "\(status)", "createdAt": \(created), "tags": {\(tags)},
                         "container": {"environment": [{"name": "LAUNCH_RUN_ID", "value": "\(runID)"}]}}
                        """)))
    }

    private static func elect(_ jobs: [BatchJob]) throws -> JobElection {
        try JobElection(jobs, of: try request(), runID, region: "us-east-1")
    }

    @Test func `the oldest job wins, in any order of the list`() throws {
        let own = try Self.request().fingerprint
        let jobs = [
            try Self.job("b", created: 200, fingerprint: own), try Self.job("a", created: 100, fingerprint: own),
            try Self.job("c", created: 100, fingerprint: own),
            try Self.job("d", created: 300, status: "FAILED", fingerprint: own),
        ]
        for list in [jobs, jobs.reversed()] {
            let election = try Self.elect(list)
            #expect(election.job?.id == "a")
            #expect(election.surplus.map(\.id) == ["c", "b"], "an ended job is not terminated")
        }
        #expect(try Self.elect([]).job == nil)
    }

    @Test func `without tags the container's environment identifies the run`() throws {
        #expect(try Self.elect([try Self.job("a", created: 1, fingerprint: nil)]).job?.id == "a")
    }

    @Test func `a job of another request is a conflict`() throws {
        let other = try Self.job("a", created: 1, fingerprint: "other")
        let error = #expect(throws: BackendError.self) { try Self.elect([other]) }
        #expect(error?.category == .conflict && error?.message.contains("(a)") == true)
    }
}
