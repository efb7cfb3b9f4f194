internal import LaunchHost

/// Why a job failed, in the words of `FailureReason`.
enum FailureReason {
    /// The most characters that it has, and that are read of the container's failure file.
    static let most = 1024

    /// The reason of a failed rehearsal.
    ///
    /// `AlgorithmError: …, exit code: 1` for what the container did (as in
    /// `aws-samples/amazon-sagemaker-ml-pipeline-deploy-with-terraform` issue 12: there with nothing between the two where the
    /// container left no word), `ClientError: …` for what it could not have of the request, `InternalServerError: …` else.
    static func text(_ course: RehearsalCourse) -> String {
        let hasRun = course.steps.contains { $0.status == .training }
        // What a lost job's hosts ended with is not their doing.
        if hasRun, course.cause?.code != .lost, let code = exitCode(course) {
            let end = ", exit code: \(code)"
            let start = "AlgorithmError: "
            let words = (course.failure ?? "").prefix(most - start.count - end.count)
            return start + words + end
        }
        let isOurs = course.cause.map { [.internalFault, .unavailable, .lost].contains($0.code) } ?? true
        let message = course.cause?.message ?? "It ended for a reason that is not known."
        return String("\(isOurs ? "InternalServerError" : "ClientError"): \(message)".prefix(most))
    }

    /// The exit code that the job failed with: the cause's, else that of the first host that failed.
    private static func exitCode(_ course: RehearsalCourse) -> Int? {
        if let code = course.cause?.exitCode, code != 0 { return code }
        let last = course.hosts.map(\.attempt).max()
        return course.hosts.first { $0.attempt == last && ($0.exitCode ?? 0) != 0 }?.exitCode
    }
}
