internal import FoundationEssentials
internal import LaunchAWS
public import LaunchPluginKit

extension SageMakerRunner {
    /// Reads a few pages of `ListTrainingJobs` for all runs, and calls `DescribeTrainingJob` once for each job that has
    /// ended.
    public func observe(_ handles: [RunHandle]) async throws(BackendError) -> [Observation] {
        try await watch.observe(handles)
    }

    /// Signals while a sweep over many jobs is incomplete.
    public func changes() -> AsyncStream<Void>? { watch.changes }

    /// The log in CloudWatch, of all hosts and restarts of the present attempt.
    public func logs(_ handle: RunHandle, from cursor: LogCursor?, follow: Bool) -> LogStream {
        LogStream.cloudWatch(from: cursor, follow: follow, explain: { Refusal.explained($0) }) {
            () async throws(BackendError) in try await log(of: handle)
        }
    }

    /// Calls `StopTrainingJob`. SageMaker's own grace period applies; `grace` is ignored.
    public func stop(_ handle: RunHandle, grace: Duration?) async throws(BackendError) {
        let job = try TrainingHandle(handle)
        try await translated { () async throws(AWSError) in try await service.stop(job) }
    }
}

extension SageMakerRunner {
    /// The endpoint of CloudWatch and the job's hosts come from the service.
    private func log(of handle: RunHandle) async throws(BackendError) -> CloudWatchLog {
        let job = try TrainingHandle(handle)
        let service = service
        return try await translated { () async throws(AWSError) in
            let found = try await service.describe(job) ?? .object([:])
            return TrainingLogs(
                client: try await service.logs(job.region), job: job.name, hosts: TrainingShape(found).hosts,
                account: found["TrainingJobArn"]?.stringValue.flatMap { ARN($0)?.account },
                since: found["CreationTime"]?.timeValue, clock: service.clock
            ) { () async throws(AWSError) in
                guard let now = try await service.describe(job) else { return service.clock.now() }
                return TrainingEnd(description: now).observation(of: .random()).endedAt
            }.log
        }
    }
}
