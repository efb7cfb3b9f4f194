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
        let log = RunLog(runner: self, handle: handle, cursor: cursor, follow: follow)
        return LogStream { { () async throws(BackendError) in try await log.next() } }
    }

    /// Calls `StopTrainingJob`. SageMaker's own grace period applies; `grace` is ignored.
    public func stop(_ handle: RunHandle, grace: Duration?) async throws(BackendError) {
        let job = try TrainingHandle(handle)
        try await translated { () async throws(AWSError) in try await service.stop(job) }
    }
}

/// One reader's log. Opened with the first line, because the CloudWatch endpoint and the job's hosts come from the
/// service.
private actor RunLog {
    private let runner: SageMakerRunner
    private let handle: RunHandle
    private let cursor: LogCursor?
    private let follow: Bool
    private var reader: TrainingLogReader?

    init(runner: SageMakerRunner, handle: RunHandle, cursor: LogCursor?, follow: Bool) {
        self.runner = runner
        self.handle = handle
        self.cursor = cursor
        self.follow = follow
    }

    func next() async throws(BackendError) -> [LogLine]? {
        if let reader { return try await reader.next() }
        let opened = try await open()
        reader = opened
        return try await opened.next()
    }

    private func open() async throws(BackendError) -> TrainingLogReader {
        let job = try TrainingHandle(handle)
        let service = runner.service
        let logs = try await translated { () async throws(AWSError) -> TrainingLogs in
            let found = try await service.describe(job) ?? .object([:])
            return TrainingLogs(
                client: try await service.logs(job.region), job: job.name, hosts: TrainingShape(found).hosts,
                account: found["TrainingJobArn"]?.stringValue.flatMap { ARN($0)?.account },
                since: found["CreationTime"]?.timeValue,
                clock: service.clock
            ) { () async throws(BackendError) in
                try await translated { () async throws(AWSError) in
                    guard let now = try await service.describe(job) else { return service.clock.now() }
                    return TrainingEnd(description: now).observation(of: .random()).endedAt
                }
            }
        }
        return TrainingLogReader(logs, from: cursor, follow: follow)
    }
}
