import AWSStub
import Foundation
import TestSupport
import Testing

/// Hostile replies of a server in place of AWS Batch.
@Suite("Attempts by Batch's endpoint", .timeLimit(.minutes(30)))
struct BatchAttempts {
    /// Submits a run and drains the queue through a proxy that changes the replies to one path.
    private func drained(
        _ path: String, _ change: @escaping @Sendable (inout ProxiedAnswer) -> Void
    ) async throws -> (agent: Answer, run: RunFacts, account: Account) {
        let account = try Account()
        account.stub.batch.lives(BatchLife([.init(seconds: 0.2)]))
        try account.folder.write("batch.yaml", "job_queue: training\nresources: {VCPU: 1, MEMORY: 2048}\n")
        try await account.succeeding("queue", "create", "train", "--resource", "aws-batch", "--config", "batch.yaml")
        let port = try #require(URL(string: account.stub.url)?.port)
        let proxy = try HostileProxy(to: .port(port)) { request, answer in
            if request.target.contains(path) { change(&answer) }
        }
        defer { proxy.stop() }
        let id = try await account.submit()
        let agent = try await account.launch(["agent", "--drain"], setting: ["AWS_ENDPOINT_URL": proxy.url])
        return (agent, try await account.facts(of: id), account)
    }

    /// Adds members to each job of a reply.
    private static func add(_ members: String, to answer: inout ProxiedAnswer) {
        let text = String(decoding: answer.body, as: UTF8.self)
        let changed = text.replacing(/"jobName"\s*:/) { "\(members),\($0.output)" }
        answer.body = [UInt8](changed.utf8)
    }

    @Test(arguments: ["9223372036854775807", "-9223372036854775808", "-1", "1e300"])
    func `impossible times, codes and counts are omitted, and the run ends`(_ number: String) async throws {
        let (agent, run, account) = try await drained("describejobs") { answer in
            for member in ["createdAt", "startedAt", "stoppedAt", "exitCode"] {
                AWSAttempts.set(member, number, in: &answer)
            }
            Self.add("\"retryStrategy\":{\"attempts\":\(number)}", to: &answer)
        }
        #expect(agent.code == 0, "\(agent)")
        #expect(["succeeded", "failed"].contains(run.state), "\(run)")
        #expect(run.exitCode.map { (0...255).contains($0) } ?? true, "\(run)")
        let status = try await account.launch("status", run.id)
        #expect(status.code == 0 && !status.output.contains("506713"), "\(status)")
    }

    @Test
    func `an array of 2^63 jobs does not keep the agent from the end of the run`() async throws {
        let most = "9223372036854775807"
        let (agent, run, _) = try await drained("describejobs") { answer in
            let array =
                "\"arrayProperties\":{\"size\":\(most),\"statusSummary\":{\"SUCCEEDED\":\(most),\"FAILED\":\(most)}}"
            Self.add(array, to: &answer)
        }
        #expect(agent.code == 0, "\(agent)")
        #expect(run.state == "succeeded", "\(run)")
    }

    @Test
    func `reasons of megabytes with control sequences are shown without them`() async throws {
        let long = String(repeating: "\\u001b[31mred\\u009b2J", count: 50_000)
        let (agent, run, account) = try await drained("describejobs") { answer in
            AWSAttempts.set("status", "\"FAILED\"", in: &answer)
            AWSAttempts.set("statusReason", "\"\(long)\"", in: &answer)
            Self.add("\"statusReason\":\"\(long)\"", to: &answer)
        }
        #expect(agent.code == 0, "\(agent.code)")
        #expect(run.state == "failed")
        for words in [["status", run.id], ["events", run.id], ["list"]] {
            let answer = try await account.launch(words)
            #expect(answer.code == 0)
            #expect(!answer.output.unicodeScalars.contains { $0 == "\u{1b}" || $0 == "\u{9b}" }, "\(words)")
        }
    }

    @Test(arguments: ["../../x", "\\u001b]0;x\\u0007", "", "a b\\n"])
    func `a job ID of any text is only text`(_ id: String) async throws {
        let account = try Account()
        try account.folder.write("batch.yaml", "job_queue: training\nresources: {VCPU: 1, MEMORY: 2048}\n")
        try await account.succeeding("queue", "create", "train", "--resource", "aws-batch", "--config", "batch.yaml")
        let port = try #require(URL(string: account.stub.url)?.port)
        let proxy = try HostileProxy(to: .port(port)) { request, answer in
            if request.target.contains("submitjob") { AWSAttempts.set("jobId", "\"\(id)\"", in: &answer) }
        }
        defer { proxy.stop() }
        account.stub.batch.lives(BatchLife([.init(seconds: 0.2)]))
        let run = try await account.submit()
        let agent = try await account.launch(["agent", "--drain"], setting: ["AWS_ENDPOINT_URL": proxy.url])
        #expect(agent.code == 0, "\(agent)")
        let status = try await account.launch("status", run)
        #expect(status.code == 0 && !status.output.contains("\u{1b}"), "\(status)")
        // The name finds the job, so nothing runs twice.
        #expect(account.stub.batch.jobs.count == 1)
    }
}
