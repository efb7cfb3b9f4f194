import AWSStub
import Foundation
import TestSupport
import Testing

/// Hostile replies of a server in place of AWS: numbers at the limits, depth, length, slowness, endless pages.
///
/// The stub replies as AWS does, and a proxy changes one thing in each reply.
@Suite("Attempts by AWS's endpoint", .timeLimit(.minutes(30)))
struct AWSAttempts {
    /// A proxy that changes the replies of one operation.
    static func proxy(
        _ account: Account, _ operation: String, _ change: @escaping @Sendable (inout ProxiedAnswer) -> Void
    ) throws -> HostileProxy {
        let port = try #require(URL(string: account.stub.url)?.port)
        return try HostileProxy(to: .port(port)) { request, answer in
            let target = request.header("X-Amz-Target") ?? request.text
            if target.contains(operation) { change(&answer) }
        }
    }

    /// Sets all JSON members of a name to a value.
    static func set(_ member: String, _ value: String, in answer: inout ProxiedAnswer) {
        let text = String(decoding: answer.body, as: UTF8.self)
        let pattern = "\"\(member)\"\\s*:\\s*(-?[0-9.eE+]+|\"[^\"]*\")"
        let changed = text.replacingOccurrences(
            of: pattern, with: "\"\(member)\":\(value)", options: .regularExpression)
        answer.body = [UInt8](changed.utf8)
    }

    /// Adds a line to the log of an ended run.
    private func print(_ text: String, by id: String, _ account: Account) throws {
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        account.stub.logs.add(
            [StubLogEvent(text, time: now, ingested: now)], to: "\(try account.job(of: id).name)/algo-1-1")
    }

    /// Submits a run and drains the queue through the proxy.
    private func drained(_ account: Account, _ proxy: HostileProxy) async throws -> (agent: Answer, run: RunFacts) {
        try await account.queue(Guide.queueYAML)
        let id = try await account.submit()
        let agent = try await account.launch(["agent", "--drain"], setting: ["AWS_ENDPOINT_URL": proxy.url])
        return (agent, try await account.facts(of: id))
    }

    @Test(arguments: ["9223372036854775807", "-1", "1e300", "-9223372036854775808"])
    func `an impossible billed time is a warning, and the run's end is unchanged`(_ number: String) async throws {
        let account = try Account()
        let proxy = try Self.proxy(account, "DescribeTrainingJob") {
            Self.set("BillableTimeInSeconds", number, in: &$0)
        }
        let (agent, run) = try await drained(account, proxy)
        #expect(agent.code == 0, "\(agent)")
        #expect(run.state == "succeeded")
        #expect(
            run.warnings.contains { $0.contains("BillableTimeInSeconds") && $0.contains("is not possible") }, "\(run)")
    }

    @Test(arguments: ["1e300", "-1e300", "9223372036854775807", "253402300800"])
    func `times outside the calendar are omitted, and the run's end is unchanged`(_ number: String) async throws {
        let account = try Account()
        let proxy = try Self.proxy(account, "TrainingJob") { answer in
            for member in [
                "CreationTime", "LastModifiedTime", "TrainingStartTime", "TrainingEndTime", "StartTime", "EndTime",
            ] { Self.set(member, number, in: &answer) }
        }
        let (agent, run) = try await drained(account, proxy)
        #expect(agent.code == 0, "\(agent)")
        #expect(run.state == "succeeded", "\(run)")
        let status = try await account.succeeding("status", run.id).output
        #expect(!status.contains("506713"), "\(status)")
    }

    @Test
    func `several runs with impossible times in a list are all observed to their ends`() async throws {
        let account = try Account()
        try await account.queue(Guide.queueYAML)
        for _ in 0..<3 { _ = try await account.submit() }
        let proxy = try Self.proxy(account, "ListTrainingJobs") { Self.set("CreationTime", "1e300", in: &$0) }
        let agent = try await account.launch(["agent", "--drain"], setting: ["AWS_ENDPOINT_URL": proxy.url])
        #expect(agent.code == 0, "\(agent)")
        let runs = try await account.succeeding("list", "--json").json([RunFacts].self)
        #expect(runs.count == 3 && runs.allSatisfy { $0.state == "succeeded" }, "\(runs)")
    }

    @Test(arguments: ["9223372036854775807", "-9223372036854775808"])
    func `instance counts near 64 bits do not trap in a sum`(_ number: String) async throws {
        let account = try Account()
        let proxy = try Self.proxy(account, "DescribeTrainingJob") { Self.set("InstanceCount", number, in: &$0) }
        let (agent, run) = try await drained(account, proxy)
        #expect(agent.code == 0 && run.state == "succeeded", "\(agent)")
        let logs = try await account.launch(["logs", run.id], setting: ["AWS_ENDPOINT_URL": proxy.url])
        #expect(logs.code == 0, "\(logs)")
    }

    @Test(arguments: ["9223372036854775807", "-9223372036854775808", "-1"])
    func `a log event with an impossible time ends 'logs' with 69 and the number`(_ number: String) async throws {
        let account = try Account()
        try await account.queue(Guide.queueYAML)
        let id = try await account.submit()
        try await account.succeeding("agent", "--drain")
        try print("hello", by: id, account)
        let proxy = try Self.proxy(account, "FilterLogEvents") { Self.set("timestamp", number, in: &$0) }
        let logs = try await account.launch(["logs", id], setting: ["AWS_ENDPOINT_URL": proxy.url])
        #expect(logs.code == 69 && logs.errors.contains(number), "\(logs)")
        #expect(logs.output.isEmpty)
    }

    @Test(arguments: ["[", "{\"a\":"])
    func `an extremely deep document does not crash the program`(_ nest: String) async throws {
        let account = try Account()
        try await account.queue(Guide.queueYAML)
        let id = try await account.submit()
        try await account.succeeding("agent", "--drain")
        try print("hello", by: id, account)
        let deep = [UInt8](String(repeating: nest, count: 500_000).utf8)
        let proxy = try Self.proxy(account, "FilterLogEvents") { $0.body = [UInt8]("{\"events\":".utf8) + deep }
        let logs = try await account.launch(["logs", id], setting: ["AWS_ENDPOINT_URL": proxy.url])
        #expect([69, 75].contains(logs.code), "\(logs)")
        #expect(logs.errors.utf8.count < 2_000)
    }

    @Test
    func `an identity without its members is an error of the service, not of this program`() async throws {
        let account = try Account()
        try await account.queue(Guide.queueYAML)
        let proxy = try Self.proxy(account, "GetCallerIdentity") {
            $0.body = [UInt8]("<GetCallerIdentityResponse><Nothing/></GetCallerIdentityResponse>".utf8)
        }
        let doctor = try await account.launch(["doctor"], setting: ["AWS_ENDPOINT_URL": proxy.url])
        #expect(doctor.code != 70 && doctor.code > 0, "\(doctor)")
        #expect((doctor.output + doctor.errors).contains("but it does not contain"), "\(doctor)")
    }

    @Test
    func `a failure reason of megabytes with control sequences ends the run, and is shown without them`() async throws {
        let account = try Account()
        let long = "AlgorithmError: " + String(repeating: "\\u001b[31mred\\u009b2J", count: 20_000)
        let proxy = try Self.proxy(account, "DescribeTrainingJob") { answer in
            Self.set("TrainingJobStatus", "\"Failed\",\"FailureReason\":\"\(long)\"", in: &answer)
        }
        let (agent, run) = try await drained(account, proxy)
        #expect(agent.code == 0, "\(agent.code)")
        #expect(run.state == "failed")
        let status = try await account.launch("status", run.id)
        #expect(status.code == 0 && !status.output.unicodeScalars.contains { $0 == "\u{1b}" || $0 == "\u{9b}" })
    }

    @Test(arguments: 0..<5)
    func `a reply with a wrong length, invalid chunks or a missing end is an error and does not crash the program`(
        _ form: Int
    ) async throws {
        let account = try Account()
        try await account.queue(Guide.queueYAML)
        let proxy = try Self.proxy(account, "GetCallerIdentity") { answer in
            answer.delivery =
                switch form {
                case 0: .announcing(.max)
                case 1: .announcing(1)
                case 2: .brokenChunks
                case 3: .cut(after: 3)
                default: .stalled(after: 3, seconds: 1)
                }
        }
        let doctor = try await account.launch(["doctor"], setting: ["AWS_ENDPOINT_URL": proxy.url])
        #expect([69, 75].contains(doctor.code), "\(doctor)")
    }
}
