internal import FoundationEssentials
internal import LaunchAWS
internal import LaunchPluginKit

/// The calls of Batch's API that this runner makes.
struct BatchService: Sendable {
    /// The largest number of jobs that one call describes (`DescribeJobs`).
    static let jobsPerCall = 100

    private let environment: AWSEnvironment?

    /// Makes calls with the account and region of an environment; without one, all calls fail.
    init(_ environment: AWSEnvironment?) {
        self.environment = environment
    }

    /// The region, if it is known without a call.
    var knownRegion: String? { environment?.knownRegion }
    /// The account of the configured role.
    var knownAccount: String? { environment?.roleARN.flatMap { ARN($0)?.account } }
    /// The clock, which also sleeps.
    var clock: HostClock { environment?.runtime.clock ?? .system }
    /// The region of new jobs.
    func region() async throws(AWSError) -> String { try await own().region() }

    // MARK: jobs

    /// Creates a job and returns its ID. The client repeats the call only if Batch has refused it, because Batch has
    /// no token that would make a repetition harmless.
    func submit(_ document: JSONValue) async throws(AWSError) -> String {
        let answer = try await call(.write("SubmitJob"), "/v1/submitjob", document, nil)
        guard let id = answer["jobId"]?.stringValue, !id.isEmpty else {
            throw AWSError(
                .malformed, "The answer has no jobId.", service: "Batch", operation: "SubmitJob",
                mayHaveTakenEffect: true)
        }
        return id
    }

    /// The jobs with these IDs, at most 100. A job that Batch does not know is left out.
    func describe(_ ids: [String], region: String) async throws(AWSError) -> [BatchJob] {
        let answer = try await call(
            .read("DescribeJobs"), "/v1/describejobs", .object(["jobs": .array(ids.map { .string($0) })]), region)
        guard let jobs = answer["jobs"]?.arrayValue else {
            throw AWSError(
                .malformed, "The answer has no list of jobs.", service: "Batch", operation: "DescribeJobs")
        }
        return jobs.compactMap { BatchJob($0) }
    }

    /// A job; nil if Batch does not know it.
    func describe(_ id: String, region: String) async throws(AWSError) -> BatchJob? {
        try await describe([id], region: region).first { $0.id == id }
    }

    /// The IDs of the jobs of a queue with exactly this name, in any status. Not those of children of an array.
    func jobs(named name: String, queue: String, region: String) async throws(AWSError) -> [String] {
        var found: [String] = []
        var token: String?
        for _ in 0..<Self.pages {
            var input: [String: JSONValue] = [
                "jobQueue": .string(queue), "maxResults": .integer(100),
                // With a filter, Batch returns jobs in any status. Without one, only running jobs.
                "filters": .array([
                    .object(["name": .string("JOB_NAME"), "values": .array([.string(name)])])
                ]),
            ]
            input["nextToken"] = token.map { .string($0) }
            let page = try await call(.read("ListJobs"), "/v1/listjobs", .object(input), region)
            for job in page["jobSummaryList"]?.arrayValue ?? [] where job["jobName"]?.stringValue == name {
                if let id = job["jobId"]?.stringValue { found.append(id) }
            }
            token = page["nextToken"]?.stringValue
            if token?.isEmpty ?? true { return found }
        }
        throw AWSError(
            .malformed, "The answer names more than \(Self.pages) pages of jobs with the name \(name).",
            service: "Batch", operation: "ListJobs")
    }

    private static let pages = 50

    /// Ends a job: a job that has not started is cancelled, one that runs is terminated.
    func terminate(_ id: String, reason: String, region: String) async throws(AWSError) {
        _ = try await call(
            .write("TerminateJob", repeatable: true, mayAnswerNothing: true), "/v1/terminatejob",
            .object(["jobId": .string(id), "reason": .string(reason)]), region)
    }

    // MARK: definitions and queues

    /// The image of the newest active revision of a definition, by its name, `name:revision` or ARN. Nil if there is no
    /// such definition.
    func definition(_ reference: String) async throws(AWSError) -> JSONValue? {
        var input: [String: JSONValue] = ["status": .string("ACTIVE")]
        let isExact = reference.contains(":")
        input[isExact ? "jobDefinitions" : "jobDefinitionName"] =
            isExact ? .array([.string(reference)]) : .string(reference)
        let answer = try await call(
            .read("DescribeJobDefinitions"), "/v1/describejobdefinitions", .object(input), nil)
        return (answer["jobDefinitions"]?.arrayValue ?? []).filter { $0["status"]?.stringValue == "ACTIVE" }
            .max { $0["revision"]?.integerValue ?? 0 < $1["revision"]?.integerValue ?? 0 }
    }

    /// Registers a revision of a definition and returns its number. No two revisions of a name have the same number. A
    /// repeated call makes a further revision.
    func register(_ document: JSONValue) async throws(AWSError) -> Int {
        let answer = try await call(
            .write("RegisterJobDefinition", repeatable: true), "/v1/registerjobdefinition", document, nil)
        guard let revision = RunTickets.number(answer["revision"]) else {
            throw AWSError(
                .malformed, "The answer has no revision from 1 to \(RunTickets.highest).", service: "Batch",
                operation: "RegisterJobDefinition",
                mayHaveTakenEffect: true)
        }
        return revision
    }

    /// All revisions of a definition that Batch knows, also the deregistered ones.
    func revisions(of name: String) async throws(AWSError) -> [RunTickets.Revision] {
        var found: [RunTickets.Revision] = []
        var token: String?
        for _ in 0..<Self.pages {
            var input: [String: JSONValue] = ["jobDefinitionName": .string(name), "maxResults": .integer(100)]
            input["nextToken"] = token.map { .string($0) }
            let page = try await call(
                .read("DescribeJobDefinitions"), "/v1/describejobdefinitions", .object(input), nil)
            found += (page["jobDefinitions"]?.arrayValue ?? []).compactMap { RunTickets.Revision($0) }
            token = page["nextToken"]?.stringValue
            if token?.isEmpty ?? true { return found }
        }
        throw AWSError(
            .malformed, "The answer names more than \(Self.pages) pages of revisions of \(name).",
            service: "Batch", operation: "DescribeJobDefinitions")
    }

    /// Ends the use of a revision: Batch refuses new jobs with it. Jobs that it has accepted are not affected.
    func deregister(_ name: String, revision: Int) async throws(AWSError) {
        _ = try await call(
            .write("DeregisterJobDefinition", repeatable: true, mayAnswerNothing: true),
            "/v1/deregisterjobdefinition", .object(["jobDefinition": .string("\(name):\(revision)")]), nil)
    }

    /// A harmless call.
    func describeQueues() async throws(AWSError) {
        _ = try await call(
            .read("DescribeJobQueues"), "/v1/describejobqueues", .object(["maxResults": .integer(1)]), nil)
    }

    // MARK: clients

    /// A client of CloudWatch Logs in a region.
    func logs(_ region: String) async throws(AWSError) -> AWSClient { try await own().client(.logs, region: region) }

    private func call(
        _ operation: AWSOperation, _ path: RESTPath, _ body: JSONValue, _ region: String?
    ) async throws(AWSError) -> JSONValue {
        try await own().client(.batch, region: region).rest(operation, RESTCall(.post, path, body: body))
    }

    private func own() throws(AWSError) -> AWSEnvironment {
        if let environment { return environment }
        throw AWSEnvironment.missing("Runs of resource \(BatchRunner.type)")
    }
}
