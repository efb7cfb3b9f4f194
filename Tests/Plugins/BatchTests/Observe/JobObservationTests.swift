import Foundation
import LaunchHost
import Testing

@testable import LaunchBatch

/// What Batch's words become.
@Suite struct JobObservationTests {
    private static func observation(_ members: String) throws -> Observation {
        let job = try #require(
            BatchJob(try JSONValue(parsing: "{\"jobId\": \"j\", \"createdAt\": 1700000000000, \(members)}")))
        return job.observation(of: .random())
    }

    @Test(arguments: [
        ("SUBMITTED", Observation.Phase.starting), ("PENDING", .starting), ("RUNNABLE", .starting),
        ("STARTING", .starting), ("RUNNING", .running), ("SUCCEEDED", .succeeded), ("FAILED", .failed),
        ("SOMETHING_NEW", .starting),
    ])
    func `each status is a phase`(_ status: String, _ phase: Observation.Phase) throws {
        #expect(try Self.observation("\"status\": \"\(status)\"").phase == phase)
    }

    @Test func `a job that is tried again does not go back to starting`() throws {
        let observation = try Self.observation(
            """
            "status": "RUNNABLE", "retryStrategy": {"attempts": 3}, "attempts": [{"startedAt": 1700000001000,
            "stoppedAt": 1700000002000, "container": {"exitCode": 1, "logStreamName": "a"}, "statusReason": "it ended"}]
            """)
        #expect(observation.phase == .running)
        #expect(observation.startedAt == Date(timeIntervalSince1970: 1_700_000_001))
        #expect(observation.story?.map(\.message) == ["attempt 1 of at most 3 ended with exit code 1: it ended"])
        #expect(observation.backendStatus == "RUNNABLE, attempt 1 of at most 3")
    }

    @Test(
        arguments: [
            ("\"exitCode\": 7", "Essential container in task exited", Cause.Code.exit, 7),
            (
                "\"exitCode\": 137, \"reason\": \"OutOfMemoryError: Container killed due to memory usage\"", "",
                .outOfMemory, 137
            ),
            ("\"reason\": \"CannotPullContainerError: not found\"", "Task failed to start", .image, nil),
            ("\"exitCode\": 137", "Job attempt duration exceeded timeout", .timeLimit, 137),
            ("\"reason\": \"x\"", "Host EC2 (instance i-1) terminated.", .interrupted, nil),
            ("\"reason\": \"DockerTimeoutError\"", "Task failed to start", .submit, nil),
        ] as [(String, String, Cause.Code, Int?)])
    func `the end has a cause and the exit code`(
        _ container: String, _ reason: String, _ code: Cause.Code, _ exitCode: Int?
    ) throws {
        let end = try Self.observation(
            """
            "status": "FAILED", "statusReason": "\(reason)", "startedAt": 1700000001000, "stoppedAt": 1700000009000,
            "attempts": [{"startedAt": 1700000001000, "stoppedAt": 1700000009000, "container": {\(container)}}]
            """)
        #expect(end.phase == .failed)
        #expect(end.cause?.code == code)
        #expect(end.cause?.exitCode == exitCode)
        #expect(end.endedAt == Date(timeIntervalSince1970: 1_700_000_009))
    }

    @Test(arguments: ["isTerminated", "isCancelled"]) func `a terminated job is stopped`(_ member: String) throws {
        let end = try Self.observation(
            "\"status\": \"FAILED\", \"\(member)\": true, \"statusReason\": \"Stopped by launch.\"")
        #expect(end.phase == .stopped && end.cause?.code == .userStop)
        #expect(end.cause?.message.contains("Stopped by launch.") == true)
        #expect(end.endedAt == Date(timeIntervalSince1970: 1_700_000_000), "the time is the same in every call")
        let live = try Self.observation("\"status\": \"RUNNING\", \"\(member)\": true")
        #expect(live.phase == .stopping)
    }

    @Test func `an array runs while its parent is pending`() throws {
        let running = try Self.observation(
            "\"status\": \"PENDING\", \"arrayProperties\": {\"size\": 3, \"statusSummary\": {\"RUNNING\": 1, \"RUNNABLE\": 2, \"FAILED\": 0}}"
        )
        #expect(running.phase == .running)
        #expect(running.backendStatus == "PENDING, array of 3: 2 RUNNABLE, 1 RUNNING")
        let failed = try Self.observation(
            "\"status\": \"FAILED\", \"arrayProperties\": {\"size\": 3, \"statusSummary\": {\"SUCCEEDED\": 1, \"FAILED\": 2}}"
        )
        #expect(failed.cause?.message == "2 of 3 jobs of the array failed.")
    }

    @Test func `impossible numbers are ignored`() throws {
        for number in ["-1", "1e300", "null", "\"x\"", "9223372036854775807", "[]"] {
            let end = try Self.observation(
                """
                "status": "FAILED", "startedAt": \(number), "stoppedAt": \(number), "attempts":
                [{"startedAt": \(number), "container": {"exitCode": \(number)}}], "retryStrategy": {"attempts": \(number)}
                """)
            #expect(end.phase == .failed && end.endedAt != nil && end.cause?.exitCode == nil)
        }
    }

    @Test(arguments: ["9223372036854775807", "-9223372036854775808", "-1", "1e300", "\"x\"", "[]"])
    func `impossible numbers are left out`(_ number: String) throws {
        for status in ["RUNNING", "SUCCEEDED", "FAILED"] {
            let seen = try Self.observation(
                """
                "status": "\(status)", "startedAt": \(number), "stoppedAt": \(number),
                "retryStrategy": {"attempts": \(number)}, "container": {"exitCode": \(number)},
                "attempts": [{"startedAt": \(number), "stoppedAt": \(number), "container": {"exitCode": \(number)}}]
                """)
            #expect(seen.startedAt == nil && seen.cause?.exitCode ?? 0 == 0, "\(seen)")
        }
        let array = try #require(
            BatchJob(
                try JSONValue(
                    parsing: "{\"jobId\": \"j\", \"arrayProperties\": {\"size\": \(number)}}")))
        #expect((array.arraySize ?? 0) <= 10_000)
    }
}
