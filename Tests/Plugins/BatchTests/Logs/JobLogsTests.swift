import AWSStub
import Foundation
import LaunchAWS
import LaunchHost
import TestSupport
import Testing

@testable import LaunchBatch

/// Logs of attempts and arrays.
@Suite(.timeLimit(.minutes(30))) struct JobLogsTests {
    private static func read(
        _ account: BatchAccount, _ handle: RunHandle, from cursor: LogCursor? = nil, follow: Bool = true
    ) async throws -> [LogLine] {
        var lines: [LogLine] = []
        for try await batch in account.runner().logs(handle, from: cursor, follow: follow) { lines += batch }
        return lines
    }

    /// Writes what a container prints from its start on.
    private static func print(_ account: BatchAccount, _ texts: [String], _ job: StubBatchJob, attempt: Int, at: Int64)
    {
        account.stub.logs.add(
            texts.map { StubLogEvent($0, time: Acting.milliseconds(job.created) + at * 1000) },
            to: Acting.stream(of: job, attempt: attempt), group: JobLogs.defaultGroup)
    }

    private static func submit(_ account: BatchAccount, _ template: String) async throws -> RunHandle {
        let id = RunID.random()
        return try await account.runner().submit(
            try BatchRender(BatchAccount.job(template, id: id)).request(), as: id)
    }

    @Test func `the attempts of a job are read one after the other, each line once`() async throws {
        let account = try BatchAccount()
        account.stub.batch.lives { job, _ in
            // The second attempt has no container, so it has no stream.
            for (attempt, at) in [(1, 3), (3, 17)] as [(Int, Int64)] {
                Self.print(account, ["\(attempt)a", "\(attempt)b"], job, attempt: attempt, at: at)
            }
            return BatchLife([
                .init(seconds: 5, exitCode: 1), .init(seconds: 1, exitCode: nil, reason: "CannotPullContainerError: x"),
                .init(seconds: 5),
            ])
        }
        defer { account.stub.batch.lives(.endless) }
        let handle = try await Self.submit(
            account, #"{"job_queue": "training", "resources": {"VCPU": 1, "MEMORY": 2048}, "attempts": 3}"#)
        let lines = try await Self.read(account, handle)
        #expect(lines.map(\.text) == ["1a", "1b", "3a", "3b"])
        #expect(lines.allSatisfy { $0.host == nil })
        for (index, line) in lines.enumerated() {
            let rest = try await Self.read(account, handle, from: line.cursor)
            #expect(rest.map(\.text) == lines[(index + 1)...].map(\.text))
        }
        let end = try await account.end(of: handle)
        #expect(end.phase == .succeeded)
        let outcome = try await account.runner().finish(
            handle, of: RunRequest(runner: BatchRunner.type, document: .null), into: "/nonexistent")
        #expect(outcome.facts.contains(Outcome.Fact("attempts", "3 of at most 3")))
    }

    @Test func `the jobs of an array are read one after the other, and each line names its job`() async throws {
        let account = try BatchAccount()
        account.stub.batch.lives { job, _ in
            Self.print(account, ["of \(job.id.split(separator: ":").last ?? "")"], job, attempt: 1, at: 3)
            return BatchLife([.init(seconds: 5, exitCode: job.id.hasSuffix(":1") ? 4 : 0)])
        }
        defer { account.stub.batch.lives(.endless) }
        let handle = try await Self.submit(
            account, #"{"job_queue": "training", "resources": {"VCPU": 1, "MEMORY": 2048}, "array_size": 3}"#)
        let lines = try await Self.read(account, handle)
        #expect(lines.map(\.text) == ["of 0", "of 1", "of 2"])
        #expect(lines.map(\.host) == ["0", "1", "2"])
        let end = try await account.end(of: handle)
        #expect(end.phase == .failed && end.cause?.message == "1 of 3 jobs of the array failed.")
    }

    @Test func `a job that Batch does not know has no log, and is missing`() async throws {
        let account = try BatchAccount()
        let handle = JobHandle(runID: .random(), id: "gone", name: "n", region: "us-east-1").handle
        #expect(try await Self.read(account, handle).isEmpty)
        #expect(try await account.runner().observe([handle]).map(\.phase) == [.missing])
        try await account.runner().stop(handle, grace: nil)
    }

    @Test func `throttling and lost answers lose no line`() async throws {
        let account = try BatchAccount(factor: 20)
        account.stub.batch.lives { job, _ in
            Self.print(account, (0..<30).map(String.init), job, attempt: 1, at: 3)
            return .usual
        }
        defer { account.stub.batch.lives(.endless) }
        let handle = try await Self.submit(
            account, #"{"job_queue": "training", "resources": {"VCPU": 1, "MEMORY": 2048}}"#)
        account.stub.logs.limitPages(events: 7)
        account.stub.chaos(Chaos(seed: 3), services: ["logs", "batch"])
        #expect(try await Self.read(account, handle).map(\.text) == (0..<30).map(String.init))
    }

    @Test func `two hundred jobs take two calls of DescribeJobs`() async throws {
        let account = try BatchAccount()
        account.stub.batch.lives(.endless)
        var handles: [RunHandle] = []
        for _ in 0..<150 {
            handles.append(
                try await Self.submit(account, #"{"job_queue": "training", "resources": {"VCPU": 1, "MEMORY": 2048}}"#))
        }
        let before = account.stub.calls("batch", "DescribeJobs").count
        #expect(try await account.runner().observe(handles).count == 150)
        #expect(account.stub.calls("batch", "DescribeJobs").count == before + 2)
    }

    @Test func `an unreachable Batch is an error, not a state`() async throws {
        let account = try BatchAccount(factor: 100)
        account.stub.batch.lives(.endless)
        let handle = try await Self.submit(
            account, #"{"job_queue": "training", "resources": {"VCPU": 1, "MEMORY": 2048}}"#)
        for fault in [Reaction.reset, .unavailable, .throttled, .html(status: 502), .empty, .truncated] {
            account.stub.always("batch", "DescribeJobs", fault)
            await #expect(throws: BackendError.self) { try await account.runner().observe([handle]) }
        }
        account.stub.always("batch", "DescribeJobs", .answer(.text("{}")))
        await #expect(throws: BackendError.self) { try await account.runner().observe([handle]) }
    }
}
