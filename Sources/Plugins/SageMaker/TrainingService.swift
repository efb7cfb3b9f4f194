internal import FoundationEssentials
internal import LaunchAWS
internal import LaunchPluginKit

/// The calls of SageMaker's API that this runner makes, paced within the service's limits.
struct TrainingService: Sendable {
    let environment: AWSEnvironment?
    private let creating: AdaptiveLimiter
    private let listing: RateLimiter

    /// Makes calls with the account and region of an environment; without one, all calls fail.
    init(_ environment: AWSEnvironment?) {
        self.environment = environment
        let clock = environment?.runtime.clock ?? .system
        // The limit of CreateTrainingJob is not documented. Five concurrent calls have been throttled
        // (github.com/aws/sagemaker-python-sdk/issues/645), and accounts have higher limits as well.
        creating = AdaptiveLimiter(clock: clock)
        // The limit is two calls per second for the whole account, not adjustable
        // (github.com/aws-solutions/deepracer-on-aws/issues/87). Half of it is left for other clients.
        listing = RateLimiter(perSecond: 1, burst: 1, clock: clock)
    }

    /// The region, if it is known without a call.
    var knownRegion: String? { environment?.knownRegion }
    /// The account of the configured role.
    var knownAccount: String? { environment?.roleARN.flatMap { ARN($0)?.account } }
    /// The account of the credentials, from STS. Each call asks STS again, because credentials may change while an
    /// agent runs.
    func callerAccount() async throws(BackendError) -> String {
        let environment: AWSEnvironment
        do throws(AWSError) { environment = try own() } catch { throw error.backendError }
        guard let account = try await environment.verify().account else {
            throw BackendError(.malformed, "STS GetCallerIdentity names no account.")
        }
        return account
    }
    /// The registry of training jobs; the configured one without an AWS environment.
    func registry(over configured: any Registry) -> any Registry {
        environment.map { TrainingImages(environment: $0, configured: configured) } ?? configured
    }
    /// The clock, which also sleeps.
    var clock: HostClock { environment?.runtime.clock ?? .system }

    /// The region of new jobs.
    func region() async throws(AWSError) -> String { try await own().region() }

    /// Creates a training job. Does not retry, because a retry would bypass the rate limiter. After an error the caller
    /// first checks whether the job exists.
    func create(_ document: JSONValue) async throws(AWSError) {
        let client = try await own().client(.sagemaker, retry: RetryPolicy(maxAttempts: 1))
        _ = try await creating.send(for: key("CreateTrainingJob", try await region())) { () async throws(AWSError) in
            try await client.json(.write("CreateTrainingJob"), input: document)
        }
    }

    /// A training job; nil if no job has that name.
    func describe(_ job: TrainingHandle) async throws(AWSError) -> JSONValue? {
        do throws(AWSError) {
            return try await client(job.region).json(
                .read("DescribeTrainingJob"), input: .object(["TrainingJobName": .string(job.name)]))
        } catch {
            if error.kind == .notFound { return nil }
            throw error
        }
    }

    /// The tags of a job, by key.
    func tags(of arn: String, region: String) async throws(AWSError) -> [String: String] {
        var tags: [String: String] = [:]
        var token: JSONValue?
        var pages = 0
        repeat {
            // A resource has at most 50 tags. Without a bound, a service that always returns a token would be called
            // without end.
            pages += 1
            guard pages <= 50 else {
                throw AWSError(
                    .malformed, "The answer names more pages of tags than a resource can have.", service: "SageMaker",
                    operation: "ListTags")
            }
            var input: [String: JSONValue] = ["ResourceArn": .string(arn)]
            input["NextToken"] = token
            let page = try await client(region).json(.read("ListTags"), input: .object(input))
            for tag in page["Tags"]?.arrayValue ?? [] {
                if let key = tag["Key"]?.stringValue { tags[key] = tag["Value"]?.stringValue ?? "" }
            }
            token = page["NextToken"]
        } while token != nil && token != .null
        return tags
    }

    /// Stops a job. A job that has ended or does not exist counts as stopped.
    func stop(_ job: TrainingHandle) async throws(AWSError) {
        do throws(AWSError) {
            _ = try await client(job.region).json(
                .write("StopTrainingJob", repeatable: true, mayAnswerNothing: true),
                input: .object(["TrainingJobName": .string(job.name)]))
        } catch {
            let hasEnded = error.code == "ValidationException" && error.message.contains("is in status")
            guard error.kind == .notFound || hasEnded else { throw error }
        }
    }

    /// The parameters of a list, which is ordered newest first.
    struct ListQuery: Sendable {
        /// The largest number of jobs per page, up to 100.
        var pageSize = 100
        /// Only jobs created after this time, in seconds since 1970.
        var createdAfter: Double?
        /// Only jobs whose name contains this text.
        var nameContains: String?
        /// The token of the page; nil for the first.
        var token: String?
    }

    /// One page of jobs. Does not retry, because a retry would bypass the rate limiter.
    func list(_ query: ListQuery) async throws(AWSError) -> (jobs: [TrainingSummary], next: String?) {
        let region = try await region()
        try await listing.wait(for: key("ListTrainingJobs", region))
        var input: [String: JSONValue] = [
            "MaxResults": .integer(Int64(query.pageSize)), "SortBy": .string("CreationTime"),
            "SortOrder": .string("Descending"),
        ]
        // Whole seconds, rounded down, because AWS's own client sends no fractions either.
        input["CreationTimeAfter"] = query.createdAfter.map { .integer(Int64(saturating: max(0, $0.rounded(.down)))) }
        input["NameContains"] = query.nameContains.map { .string($0) }
        input["NextToken"] = query.token.map { .string($0) }
        let page = try await own().client(.sagemaker, retry: RetryPolicy(maxAttempts: 1))
            .json(.read("ListTrainingJobs"), input: .object(input))
        let jobs = (page["TrainingJobSummaries"]?.arrayValue ?? []).compactMap { TrainingSummary($0) }
        let next = page["NextToken"]?.stringValue
        return (jobs, next?.isEmpty == false ? next : nil)
    }

    /// A client of CloudWatch Logs in a region.
    func logs(_ region: String) async throws(AWSError) -> AWSClient { try await own().client(.logs, region: region) }

    private func client(_ region: String? = nil) async throws(AWSError) -> AWSClient {
        try await own().client(.sagemaker, region: region)
    }

    private func key(_ operation: String, _ region: String) -> RateLimiter.Key {
        RateLimiter.Key(account: "", region: region, operation: operation)
    }

    private func own() throws(AWSError) -> AWSEnvironment {
        if let environment { return environment }
        throw AWSEnvironment.missing("Runs of resource sagemaker")
    }
}

/// The entry of a job in a list.
struct TrainingSummary: Sendable, Hashable {
    /// The job's name.
    var name: String
    /// `TrainingJobStatus`, as the service writes it.
    var status: String
    /// `SecondaryStatus`; nil if the list does not contain it.
    var secondary: String?
    /// The creation time in seconds since 1970; nil if the list contains no credible time.
    var created: Double?

    init?(_ value: JSONValue) {
        guard let name = value["TrainingJobName"]?.stringValue, let status = value["TrainingJobStatus"]?.stringValue
        else { return nil }
        self.name = name
        self.status = status
        secondary = value["SecondaryStatus"]?.stringValue
        created = value["CreationTime"]?.timeValue?.timeIntervalSince1970
    }
}
