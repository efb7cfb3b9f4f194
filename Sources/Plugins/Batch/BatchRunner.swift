internal import LaunchAWS
internal import LaunchConcurrency
public import LaunchPluginKit

/// Runner `aws-batch`: one job of a job queue for each run. Batch itself tries a job again, if its queue's file says so.
///
/// Its state in memory is only a cache: a job's name follows from its request, so every other instance finds the job.
public struct BatchRunner: Runner {
    /// The value of `type`.
    public static let type = "aws-batch"

    let service: BatchService
    let logGroup: String
    let log: Logger
    /// One submit of a run at a time.
    let submits = KeyedLock<RunID>()
    let spareTickets = SpareTickets()

    /// Creates a runner. Without an AWS environment it renders and validates, and refuses calls.
    init(_ environment: AWSEnvironment?, logGroup: String, log: Logger) {
        service = BatchService(environment)
        self.logGroup = logGroup
        self.log = log
    }

    /// The calls that define and submit the job.
    public func render(_ job: RunnableJob) throws(BackendError) -> RunRequest {
        try BatchRender(job).request()
    }

    /// All findings of Batch's rules.
    public func validate(_ request: RunRequest) -> [Finding] {
        BatchChecks(request, region: service.knownRegion).findings
    }

    /// Describes one job queue.
    public func reach() async throws(BackendError) {
        try await explained { () async throws(AWSError) in try await service.describeQueues() }
    }

    /// The URL of the job's page in its partition's console.
    public func page(of handle: RunHandle) -> String? {
        guard let job = try? JobHandle(handle) else { return nil }
        return Partition.of(region: job.region)?
            .consoleURL(region: job.region, page: "batch/home", fragment: "jobs/detail/\(job.id)")
    }
}

/// Runs calls of AWS and maps `AWSError` to `BackendError`.
func explained<Value>(_ calls: () async throws(AWSError) -> Value) async throws(BackendError) -> Value {
    do throws(AWSError) {
        return try await calls()
    } catch {
        throw BatchError.explained(error)
    }
}

/// Explains errors of AWS and says how to correct them.
enum BatchError {
    static func explained(_ error: AWSError) -> BackendError {
        var said = error.backendError
        if error.kind == .auth, let missing = MissingPermission(error.message) { said.hint = missing.hint }
        return said
    }
}
