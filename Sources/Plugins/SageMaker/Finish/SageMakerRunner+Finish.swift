internal import LaunchAWS
public import LaunchPluginKit

extension SageMakerRunner {
    /// Collects outputs, metrics and facts from the job's description. The outputs stay in S3.
    public func finish(
        _ handle: RunHandle, of request: RunRequest, into folder: String
    ) async throws(BackendError) -> Outcome {
        let job = try TrainingHandle(handle)
        let outcome = try await translated { () async throws(AWSError) in try await watch.outcome(of: job) }
        return outcome ?? Outcome(warnings: ["The training job \(job.name) no longer exists."])
    }
}
