import AWSStub
import Foundation
import Glibc
import LaunchHost
import TestSupport
import Testing

/// The program with queues of AWS Batch, on the stub.
@Suite("Batch jobs from submit to end", .timeLimit(.minutes(30)))
struct BatchAgentTests {
    private static let queue = """
        job_queue: training
        resources: {VCPU: 1, MEMORY: 2048}
        attempts: 2

        """

    private static func account() async throws -> Account {
        let account = try Account()
        try account.folder.write("batch.yaml", queue)
        try await account.succeeding("queue", "create", "train", "--resource", "aws-batch", "--config", "batch.yaml")
        return account
    }

    private static func print(
        _ account: Account, _ lines: [String], _ job: StubBatchJob, attempt: Int, at seconds: Double
    ) {
        let time = Int64((job.created.timeIntervalSince1970 + seconds) * 1000)
        account.stub.logs.add(
            lines.map { StubLogEvent($0, time: time) },
            to: "\(job.definition.split(separator: ":")[0])/default/\(job.id)-\(attempt)", group: "/aws/batch/job")
    }

    @Test
    func `a killed agent and a lost answer make no second job; the next agent adopts the run and keeps its log`()
        async throws
    {
        let account = try await Self.account()
        account.stub.batch.lives { job, _ in
            Self.print(account, ["first"], job, attempt: 1, at: 0.3)
            Self.print(account, ["second"], job, attempt: 2, at: 1.3)
            var life = BatchLife([.init(seconds: 0.5, exitCode: 1), .init(seconds: 600)])
            life.waiting = 0.2
            return life
        }
        defer { account.stub.batch.lives(.endless) }
        account.stub.script("batch", "SubmitJob", [.lostAnswer])
        let id = try await account.submit()
        let agent = try account.start(["agent", "--drain", "-q", "train"])
        try await account.wait(for: id, toBe: "running")
        try await agent.signal(SIGKILL)
        #expect(try await agent.end().code == -SIGKILL)
        #expect(try await account.facts(of: id).state == "running")

        let next = try account.start(["agent", "--drain", "-q", "train"])
        try await next.hasSaid("run adopted")
        account.stub.batch.clock?.advance(by: 1000)
        #expect(try await next.end().code == 0)
        #expect(try await account.facts(of: id).state == "succeeded")
        let jobs = account.stub.batch.jobs
        #expect(jobs.count == 1)
        #expect(jobs.first?.name == "default-\(id)")
        #expect(jobs.first?.image.contains("@sha256:") == true)
        #expect(account.stub.calls("batch", "SubmitJob").count == 1)
        // Batch forgets the job; the log is the copy.
        if let job = jobs.first { account.stub.batch.forget(job.id) }
        #expect(try await account.log(of: id).lines == ["first", "second"])
    }

    @Test
    func `killed at any moment of the submit: exactly one job`() async throws {
        let account = try await Self.account()
        account.stub.batch.lives(.endless)
        // The agent dies while it waits for the answer to its submit.
        let gate = Gate()
        account.stub.script("batch", "SubmitJob", [.waiting(gate)])
        let id = try await account.submit()
        let agent = try account.start(["agent", "-q", "train"])
        #expect(await eventually { account.stub.batch.jobs.count == 1 })
        try await agent.signal(SIGKILL)
        #expect(try await agent.end().code == -SIGKILL)
        #expect(try await account.facts(of: id).state == "submitting")
        gate.open()

        let next = try account.start(["agent", "--drain", "-q", "train"])
        try await account.wait(for: id, toBe: "running")
        #expect(account.stub.batch.jobs.count == 1)
        try await account.succeeding("stop", id)
        #expect(try await next.end().code == 0)
        let facts = try await account.facts(of: id)
        #expect(facts.state == "stopped" && facts.cause?.code == "user-stop", "\(facts)")
        #expect(account.stub.batch.jobs.count == 1)
    }

    @Test
    func `plan, doctor, iam-policy and describe know the backend`() async throws {
        let account = try await Self.account()
        let plan = try await account.succeeding("plan", "-q", "train", "--image", Account.image, "--json").output
        #expect(plan.contains("\"jobQueue\"") && plan.contains("launch-"))
        let policy = try await account.succeeding("iam-policy").output
        #expect(policy.contains("batch:SubmitJob") && policy.contains("job-queue/training"), "\(policy)")
        let doctor = try await account.launch("doctor")
        #expect(!account.stub.calls("batch", "DescribeJobQueues").isEmpty, "\(doctor)")
        let described = try await account.succeeding("plugins", "describe", "aws-batch").output
        #expect(described.contains("job_queue") && described.contains("evaluate_on_exit"))
        try account.folder.write("wrong.yaml", "job_queue: training\nresources: {VCPU: 1, MEMROY: 2048}\n")
        let wrong = try await account.launch(
            "queue", "create", "wrong", "--resource", "aws-batch", "--config", "wrong.yaml")
        let refused = try await account.launch("plan", "-q", "wrong", "--image", Account.image)
        #expect("\(wrong) \(refused)".contains("MEMROY"), "\(wrong) \(refused)")
    }
}
