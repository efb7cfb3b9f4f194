import AWSStub
import Foundation
import Glibc
import LaunchHost
import TestSupport
import Testing

@Suite("Training jobs from submit to end", .timeLimit(.minutes(30)))
struct TrainingJobLifeTests {
    @Test
    func `launch run prints the job's lines on standard output, and ends with a code for the job's result`()
        async throws
    {
        let account = try Account()
        try await account.queue(Guide.queueYAML)
        let logs = account.stub.logs
        account.stub.sagemaker.lives { request, _ in
            logs.print(["one of \(request.runName)", "two"], as: request)
            return switch request.runName {
            case "good": .brief
            case "bad": .failing("AlgorithmError: ExecuteUserScriptError, exit code: 7", seconds: 0.3)
            default: .long
            }
        }
        func run(_ name: String) -> [String] { ["run", "-q", "train", "--image", Account.image, "--name", name] }
        async let good = account.launch(run("good"))
        async let bad = account.launch(run("bad"))
        async let stopped = stop(account, run("long"))

        let (first, second, third) = try await (good, bad, stopped)
        #expect(first.code == 0)
        #expect(first.output == "one of good\ntwo\n", "\(first)")
        #expect(second.code == 1)
        #expect(second.output == "one of bad\ntwo\n", "\(second)")
        #expect(second.errors.contains("exit code: 7"), "\(second)")
        #expect(third.code == 3)
        #expect(third.output == "one of long\ntwo\n", "\(third)")
        #expect(account.stub.sagemaker.jobs.count == 3)
        #expect(account.stub.calls("sagemaker", "StopTrainingJob").count == 1)
        try await account.expectAsBoto3()
    }

    /// Runs the image, and stops the run as soon as it trains.
    private func stop(_ account: Account, _ words: [String]) async throws -> Answer {
        let program = try account.start(words)
        let id = try await account.id(of: "long")
        try await account.wait(for: id, toBe: "running")
        let told = try await account.succeeding("stop", id, "--grace", "5s").errors
        #expect(told.contains("sagemaker waits 120 s from SIGTERM to SIGKILL, regardless of --grace"), "\(told)")
        return try await program.end()
    }

    @Test
    func `logs -f prints each line once while the job trains and ends with it; stop, status and events agree`()
        async throws
    {
        let account = try Account()
        try await account.queue(Guide.queueYAML)
        account.stub.sagemaker.lives(.long)
        let id = try await account.submit()
        let agent = try account.start(["agent", "--drain"])
        let log = try account.start(["logs", "-f", id])
        let events = try account.start(["events", "-f", id, "--json"])
        try await account.wait(for: id, toBe: "running")

        let request = try account.job(of: id).request
        account.stub.logs.print(["first", "progress 1 %\rprogress 2 %"], as: request)
        #expect(await eventually { log.output.contains("progress 2 %") })
        account.stub.logs.print(["last"], as: request)
        let asked = try await account.succeeding("stop", id, "--json")
        #expect(try asked.json([RunFacts].self).map(\.state) == ["stopped"])

        let (drained, followed, told) = (try await agent.end(), try await log.end(), try await events.end())
        #expect(drained.code == 0, "\(drained)")
        #expect(followed.code == 3 && followed.output == "first\nprogress 1 %\rprogress 2 %\nlast\n", "\(followed)")
        #expect(try await account.log(of: id).output == followed.output)
        let facts = try await account.facts(of: id)
        #expect(facts.state == "stopped" && facts.cause?.code == "user-stop", "\(facts)")
        let states = try told.lines.map { try JSONDecoder().decode(EventFacts.self, from: Data($0.utf8)).state }
        let expected = [
            "queued", "claimed", "preparing", "submitting", "starting", "running", "stopping", "stopped",
        ]
        #expect(states.reduce(into: [String]()) { if $0.last != $1 { $0.append($1) } } == expected, "\(told)")
        #expect(account.stub.calls("sagemaker", "StopTrainingJob").count == 1)
    }

    @Test
    func `after a lost answer or a killed agent, the next agent completes the run without a second job`() async throws {
        let account = try Account()
        try await account.queue(Guide.queueYAML)
        account.stub.sagemaker.lives(TrainingLife([.init("Starting", seconds: 0.2), .init("Training", seconds: 600)]))
        account.stub.script("sagemaker", "CreateTrainingJob", [.lostAnswer])
        let id = try await account.submit()
        let agent = try account.start(["agent", "--drain"])
        try await account.wait(for: id, toBe: "running")
        try await agent.signal(SIGKILL)
        #expect(try await agent.end().code == -SIGKILL)
        #expect(try await account.facts(of: id).state == "running")
        account.stub.sagemaker.advance(by: 1000)
        try await account.succeeding("agent", "--drain")

        #expect(try await account.facts(of: id).state == "succeeded")
        #expect(account.stub.sagemaker.jobs.count == 1)
        #expect(account.stub.sagemaker.requests(for: "default-\(id)") == 1)
        try await account.expectAsBoto3()
    }

    @Test
    func `a used-up quota requeues the run with the quota's name and numbers, and fails no run`() async throws {
        let account = try Account()
        try await account.queue(Guide.queueYAML)
        account.stub.sagemaker.lives { _, number in number == 1 ? .long : .brief }
        account.stub.sagemaker.quota("ml.m4.xlarge", 1)
        let first = try await account.submit()
        let agent = try account.start(["agent", "--drain"])
        try await account.wait(for: first, toBe: "running")
        let second = try await account.submit()
        let words = "The account's quota \"ml.m4.xlarge for training job usage\" is 1; 1 in use, 1 more requested."
        let isTold = try await eventually {
            try await account.succeeding("events", second).output.contains(words)
        }
        #expect(isTold)
        #expect(try await account.facts(of: second).state == "queued")
        account.stub.sagemaker.quota("ml.m4.xlarge", nil)
        try await account.succeeding("stop", first)

        #expect(try await agent.end().code == 0)
        #expect(try await account.facts(of: second).state == "succeeded")
        #expect(account.stub.sagemaker.jobs.count == 2)
    }
}

extension Account {
    /// The ID of the run of that name, once it exists.
    func id(of name: String) async throws -> String {
        var found: String?
        let isThere = try await eventually {
            try await succeeding("list", "--json").json([NamedRun].self).contains { $0.name == name }
        }
        if isThere {
            found = try await succeeding("list", "--json").json([NamedRun].self).first { $0.name == name }?.id
        }
        return try #require(found, "there is no run \(name)")
    }

    /// Waits for a state of a run.
    func wait(for id: String, toBe state: String) async throws {
        let isThere = try await eventually { try await facts(of: id).state == state }
        let last = try await facts(of: id).state
        try #require(isThere, "\(id) is \(last), not \(state)")
    }
}

private struct NamedRun: Decodable {
    let id: String
    let name: String
}

extension JSONValue {
    /// The name of the run of a request.
    fileprivate var runName: String { self["Environment"]?["LAUNCH_RUN_NAME"]?.stringValue ?? "" }
}

extension LogsStub {
    /// Adds lines to the log of a job with one host.
    fileprivate func print(_ lines: [String], as request: JSONValue) {
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        let name = request["TrainingJobName"]?.stringValue ?? ""
        add(lines.map { StubLogEvent($0, time: now) }, to: "\(name)/algo-1-1700000000")
    }
}
