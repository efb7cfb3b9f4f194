internal import AWS
public import LaunchHost

extension SageMakerRunner {
    /// What the service tells of the job's end; its outputs stay where they are, in S3.
    public func finish(
        _ handle: RunHandle, of request: RunRequest, into folder: String
    ) async throws(BackendError) -> Outcome {
        let job = try TrainingHandle(handle)
        let description = try await translated { () async throws(AWSError) in try await watch.end(of: job) }
        guard let description else {
            return Outcome(warnings: ["The training job \(job.name) is not there any more."])
        }
        return TrainingOutcome(job, description, page: page(of: handle)).outcome
    }
}
