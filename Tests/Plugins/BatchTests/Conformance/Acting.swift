import AWSStub
import Foundation
import LaunchConformance
import LaunchHost

@testable import LaunchBatch

/// Jobs of the stub with the behaviours of the conformance kit. A parameter selects a job's life and log.
struct Acting: Sendable {
    private static let parameter = "behaviour"
    private let account: BatchAccount

    init(_ account: BatchAccount) {
        self.account = account
    }

    /// A job with the behaviour. Nil if Batch and CloudWatch have no equivalent.
    static func job(_ behaviour: RunnerFixture.Behaviour, id: RunID) -> RunnableJob? {
        let words: String
        switch behaviour {
        case .exit(let code): words = "exit \(code)"
        case .lines(let count): words = "lines \(count)"
        case .silent: words = "silent"
        case .stubborn: words = "stubborn"
        case .flood: words = "flood"
        case .invalidText: words = "text"
        case .runs(let seconds): words = "runs \(seconds)"
        case .slowLines(let count): words = "slow \(count)"
        case .lastWords(let count): words = "last \(count)"
        case .retried(let count): words = "retried \(count)"
        // The log driver cuts lines at CloudWatch's limit, and the pieces are not marked.
        // What the stub prints is decided when the job is submitted, not at a stop.
        // A job of the stub has no process.
        case .longLine, .orderly, .signals: return nil
        }
        return try? BatchAccount.job(
            """
            {"job_queue": "training", "resources": {"VCPU": 1, "MEMORY": 2048}, "attempts": 2,
             "parameters": {"\(parameter)": "\(words)"}}
            """, id: id)
    }

    /// The life of a job. Its log is written at the submit, with lines that become readable when they are printed.
    func life(of job: StubBatchJob, _ request: JSONValue) -> BatchLife {
        let words = (request["parameters"]?[Self.parameter]?.stringValue ?? "").split(separator: " ")
        let number = words.last.flatMap { Int($0) } ?? 0
        switch words.first {
        // Batch tries a job that failed again.
        case "exit": return BatchLife([.init(seconds: 5, exitCode: number)])
        case "lines": print((0..<number).map { "line \($0 + 1)" }, of: job)
        case "runs": return BatchLife([.init(seconds: Double(number))])
        case "slow":
            print((0..<number).map { "line \($0 + 1)" }, of: job, every: 1000)
            return BatchLife([.init(seconds: Double(number) + 1)])
        case "last":
            print((0..<number).map { "line \($0 + 1)" }, of: job, at: 3000)
            return BatchLife([.init(seconds: 1)])
        case "retried":
            print((0..<number).map { "line \($0 + 1)" }, of: job)
            // The first attempt runs from second 2 to 7, the second one from second 9.
            print((0..<number).map { "line \(number + $0 + 1)" }, of: job, at: 10_000, attempt: 2)
            return BatchLife([
                .init(seconds: 5, exitCode: 137, statusReason: "Host EC2 (instance i-1) terminated."),
                .init(seconds: 5),
            ])
        // The form in which invalid UTF-8 arrives in CloudWatch.
        case "text": print(["before", "\u{FFFD}\u{FFFD}", "after"], of: job)
        case "flood":
            let start = Self.milliseconds(job.created) + 3000
            account.stub.logs.add(stream: Self.stream(of: job), group: JobLogs.defaultGroup, count: 100_000_000) {
                StubLogEvent("line \($0)", time: start + Int64($0 / 100))
            }
            return .endless
        case "silent": return .endless
        // Only SIGKILL ends it, after the 30 seconds of ECS.
        case "stubborn": return BatchLife([.init(seconds: nil)], stopping: 30)
        default: break
        }
        return .usual
    }

    /// The number of jobs that still cost something. An ended job remains as a record.
    func living(of id: RunID) -> Int {
        account.stub.batch.jobs.count { job in
            job.request["tags"]?["launch:run"]?.stringValue == id.rawValue
                && !["SUCCEEDED", "FAILED"].contains(account.stub.batch.status(of: job.id) ?? "")
        }
    }

    static func stream(of job: StubBatchJob, attempt: Int = 1) -> String {
        "\(job.definition.split(separator: ":")[0])/default/\(job.id)-\(attempt)"
    }

    static func milliseconds(_ date: Date) -> Int64 { Int64(date.timeIntervalSince1970 * 1000) }

    /// Prints lines from a time after the submit on, with a distance, both in milliseconds.
    private func print(
        _ lines: [String], of job: StubBatchJob, at begin: Int64 = 3000, every distance: Int64 = 1, attempt: Int = 1
    ) {
        let start = Self.milliseconds(job.created) + begin
        account.stub.logs.add(
            lines.enumerated().map { StubLogEvent($1, time: start + Int64($0) * distance) },
            to: Self.stream(of: job, attempt: attempt), group: JobLogs.defaultGroup)
    }
}
