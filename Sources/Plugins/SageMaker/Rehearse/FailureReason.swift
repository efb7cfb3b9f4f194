internal import LaunchPluginKit

/// The `FailureReason` of a failed rehearsal.
enum FailureReason {
    /// The largest number of characters of a reason, and of those read from the container's failure file.
    static let most = 1024

    /// The reason of a failed rehearsal.
    ///
    /// `AlgorithmError: …, exit code: 1` for a failure of the container (as in
    /// `aws-samples/amazon-sagemaker-ml-pipeline-deploy-with-terraform` issue 12, where the middle is empty because the
    /// container wrote no failure file), `ClientError: …` for a part of the request that was not available, otherwise
    /// `InternalServerError: …`.
    static func text(_ timeline: RehearsalTimeline) -> String {
        let hasRun = timeline.steps.contains { $0.status == .training }
        // If a job is lost, the exit codes of its hosts are not the cause.
        if hasRun, timeline.cause?.code != .lost, let code = exitCode(timeline) {
            let end = ", exit code: \(code)"
            let start = "AlgorithmError: "
            let words = (timeline.failure ?? "").prefix(most - start.count - end.count)
            return start + words + end
        }
        let isOurs = timeline.cause.map { [.internalFault, .unavailable, .lost].contains($0.code) } ?? true
        let message = timeline.cause?.message ?? "It ended for an unknown reason."
        return String("\(isOurs ? "InternalServerError" : "ClientError"): \(message)".prefix(most))
    }

    /// The exit code of the cause, otherwise that of the first host that failed.
    private static func exitCode(_ timeline: RehearsalTimeline) -> Int? {
        if let code = timeline.cause?.exitCode, code != 0 { return code }
        let last = timeline.hosts.map(\.attempt).max()
        return timeline.hosts.first { $0.attempt == last && ($0.exitCode ?? 0) != 0 }?.exitCode
    }
}
