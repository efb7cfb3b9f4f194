import Foundation
import LaunchPluginKit
import Testing

@testable import LaunchSlurm

@Suite("a listed job")
struct SlurmJobTests {
    private let id = RunID.random()

    private func observation(_ state: String, _ reason: String = "None", exit: String = "0", restarts: Int = 0) throws
        -> Observation
    {
        let line = "7  |launch-x |\(state)  |\(reason)  |\(exit) |\(restarts) |1795970489 |1795970492 |"
        let jobs = try SlurmJob.listed("6|someone else|RUNNING|None|0|0|1|1|\n\(line)\n")
        #expect(jobs.map(\.id) == ["7"])
        return try #require(jobs.first).observation(of: id) { nil }
    }

    @Test(arguments: [
        ("TIMEOUT", "time-limit"), ("DEADLINE", "time-limit"), ("OUT_OF_MEMORY", "out-of-memory"),
        ("NODE_FAIL", "node-failure"), ("BOOT_FAIL", "node-failure"), ("PREEMPTED", "interrupted"),
    ])
    func `has a cause of its own for each end that is not the job's`(_ state: String, _ code: String) throws {
        let end = try observation(state, exit: "15")
        #expect(end.phase == .failed)
        #expect(end.cause?.code.rawValue == code)
        #expect(end.cause?.exitCode == 143)
        #expect(end.startedAt == Date(timeIntervalSince1970: 1_795_970_489))
        #expect(end.endedAt == Date(timeIntervalSince1970: 1_795_970_492))
    }

    @Test
    func `has the exit code, or the signal, of the script`() throws {
        #expect(try observation("FAILED", "NonZeroExitCode", exit: "1792").cause?.exitCode == 7)
        #expect(try observation("FAILED", "NonZeroExitCode", exit: "7:0").cause?.exitCode == 7)
        #expect(
            try observation("FAILED", "JobLaunchFailure", exit: "9").cause?.message == "exit code 137: ended by SIGKILL"
        )
        #expect(try observation("FAILED", "JobLaunchFailure").cause?.code == .submit)
        #expect(try observation("COMPLETED").phase == .succeeded)
        #expect(try observation("CANCELLED").phase == .stopped)
    }

    @Test
    func `that waits or runs has no end`() throws {
        #expect(try observation("PENDING", "Resources").message == "Resources")
        #expect(try observation("PENDING", "Resources").phase == .starting)
        #expect(try observation("COMPLETING").phase == .running)
        let again = try observation("PENDING", "BeginTime", restarts: 1)
        #expect(again.message == "interrupted; it waits for attempt 2 (BeginTime)")
        #expect(again.startedAt == nil)
    }

    /// Printed by sacct 22.05 with slurmdbd.
    @Test
    func `of the accounting has the same ends`() throws {
        let text = """
            4|launch-a|FAILED|ReqNodeNotAvail|7:0|1795973182|1795973182
            5|launch-b|CANCELLED by 0|ReqNodeNotAvail|0:0|1795973182|1795973183
            6|launch-c|FAILED|ReqNodeNotAvail|0:9|1795973182|1795973182

            """
        let ends = try SlurmJob.accounted(text).map { $0.observation(of: id) { nil } }
        #expect(ends.map(\.phase) == [.failed, .stopped, .failed])
        #expect(ends.map(\.cause?.exitCode) == [7, 0, 137])
        #expect(ends[1].endedAt == Date(timeIntervalSince1970: 1_795_973_183))
    }

    @Test
    func `is never made of a line in another format`() {
        #expect(throws: BackendError.self) { try SlurmJob.listed("7 launch-x RUNNING") }
    }
}
