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
        let jobs = try SlurmJob.listed("6|someone else|RUNNING|None|0|0|1|1|\n\(line)\n", isFiltered: false)
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
    func `is never made of a line in another format`() throws {
        #expect(throws: BackendError.self) { try SlurmJob.listed("7 launch-x RUNNING", isFiltered: true) }
        // A job that is not a run has line breaks in its name.
        let text = "6|evil\nnext|launch-x|COMPLETED|None\n|x\n7|launch-x|RUNNING|None|0|0|1|1|\n"
        #expect(try SlurmJob.listed(text, isFiltered: false).map(\.id) == ["7"])
    }

    @Test(arguments: ["9223372036854775807", "-9223372036854775808", "-1", "1e300", "99999999999999999999", ""])
    func `with an impossible number is observed without it`(_ number: String) throws {
        for state in ["FAILED", "PENDING", "RUNNING", "COMPLETED", "TIMEOUT"] {
            for exit in ["0:\(number)", "\(number):0", number] {
                let text = "7|launch-x|\(state)|None|\(exit)|\(number)|\(number)|\(number)|\n"
                let seen = try #require(try SlurmJob.listed(text, isFiltered: true).first).observation(of: id) { nil }
                #expect(seen.cause?.exitCode.map { (0...255).contains($0) } ?? true)
                #expect(seen.startedAt == nil)
                #expect((seen.endedAt ?? .distantPast) <= Date(timeIntervalSince1970: 0))
                let old = try SlurmJob.accounted("7|launch-x|\(state)|None|\(exit)|\(number)|\(number)\n")
                #expect(try #require(old.first).observation(of: id) { nil }.startedAt == nil)
            }
        }
    }

    @Test
    func `has an ID of digits only`() {
        for text in ["", "7;x", "-7", "7_1", "٣", String(repeating: "7", count: 21)] { #expect(!SlurmJob.isID(text)) }
        #expect(SlurmJob.isID("7") && SlurmJob.isID("18446744073709551615"))
    }

    /// A submitter may choose the value of an option, and sbatch repeats it.
    @Test
    func `with a wrong option does not look like wrong credentials of the agent`() {
        for value in ["Munge", "QOSMax", "Munge.error", "authentication"] {
            let error = SlurmCommands.error("sbatch", "sbatch: error: invalid partition specified: \(value)\n")
            #expect(error.category != .unauthenticated && error.category != .configuration, "\(error)")
        }
        let munge = "sbatch: error: Munge encode failed: Failed to access \"/run/munge\""
        #expect(SlurmCommands.error("sbatch", munge).category == .unauthenticated)
    }
}
