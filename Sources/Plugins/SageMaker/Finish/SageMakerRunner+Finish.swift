internal import AWS
public import LaunchHost

extension SageMakerRunner {
    /// What the service tells of the job's end; its outputs stay where they are, in S3.
    public func finish(
        _ handle: RunHandle, of request: RunRequest, into folder: String
    ) async throws(BackendError) -> Outcome {
        let job = try TrainingHandle(handle)
        let outcome = try await translated { () async throws(AWSError) in try await watch.outcome(of: job) }
        return outcome ?? Outcome(warnings: ["The training job \(job.name) is not there any more."])
    }
}
