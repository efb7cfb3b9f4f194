internal import FoundationEssentials
internal import LaunchPluginKit

/// How a training job ended, as `DescribeTrainingJob` reports it.
struct TrainingEnd {
    let description: JSONValue

    private var status: TrainingStatus {
        TrainingStatus(
            primary: description["TrainingJobStatus"]?.stringValue ?? "Unknown",
            secondary: description["SecondaryStatus"]?.stringValue)
    }

    /// The observation for the host. The job may not have ended.
    func observation(of runID: RunID) -> Observation {
        let status = status
        let started = date("TrainingStartTime")
        guard status.isEnd else {
            return Observation(
                runID: runID, phase: status.phase, backendStatus: status.words, message: status.message, story: story,
                startedAt: started)
        }
        let phase: Observation.Phase =
            switch status.primary {
            case "Completed": .succeeded
            case "Failed": .failed
            default: .stopped
            }
        return Observation(
            runID: runID, phase: phase, cause: cause(phase, status), backendStatus: status.words, story: story,
            startedAt: started, endedAt: date("TrainingEndTime") ?? date("LastModifiedTime") ?? date("CreationTime"))
    }

    /// The interruptions and restarts in the job's history. Limits that the job exceeded are part of its end's cause.
    private var story: [PastStep] {
        (description["SecondaryStatusTransitions"]?.arrayValue ?? []).compactMap { transition in
            let status = TrainingStatus(primary: "InProgress", secondary: transition["Status"]?.stringValue)
            guard status.phase == .starting, let message = status.message, let at = transition["StartTime"]?.timeValue
            else { return nil }
            return PastStep(at: at, phase: .starting, message: message)
        }
    }

    private func date(_ name: String) -> Date? {
        description[name]?.timeValue
    }

    private var reason: String? {
        description["FailureReason"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// `Stopped` is never a success. The cause distinguishes a time limit from a user's stop
    /// (github.com/aws/sagemaker-python-sdk/issues/1937).
    private func cause(_ phase: Observation.Phase, _ status: TrainingStatus) -> Cause {
        switch (phase, status.secondary) {
        case (.succeeded, _):
            return Cause(.exit, "It ended with exit code 0.", exitCode: 0)
        case (.stopped, "MaxRuntimeExceeded"):
            let limit = description["StoppingCondition"]?["MaxRuntimeInSeconds"]?.integerValue
            return Cause(.timeLimit, "It ran longer than MaxRuntimeInSeconds\(limit.map { ", \($0) s" } ?? "").")
        case (.stopped, "MaxWaitTimeExceeded"):
            let limit = description["StoppingCondition"]?["MaxWaitTimeInSeconds"]?.integerValue
            return Cause(
                .waitLimit,
                "It waited for spot instances and ran longer than MaxWaitTimeInSeconds\(limit.map { ", \($0) s" } ?? "")."
            )
        case (.stopped, _):
            // Also while the job waited for another spot instance: the service itself ends that wait only with a limit.
            return Cause(
                .userStop,
                wasInterrupted
                    ? "The training job was stopped on request after its spot instance was taken back."
                    : "The training job was stopped on request.")
        default:
            return failure
        }
    }

    private var failure: Cause {
        let reason = reason ?? "SageMaker gives no reason."
        // A script's own failure message begins with AlgorithmError and may contain any text.
        let isOwn = reason.hasPrefix("AlgorithmError")
        if !isOwn, reason.contains("CapacityError") { return Cause(.capacity, reason) }
        if reason.hasPrefix("ClientError") { return Cause(.clientError, reason) }
        if reason.hasPrefix("InternalServerError") { return Cause(.backendFault, reason) }
        let code = reason.firstMatch(of: /(?i)exit ?code["']?[:=]? ?([0-9]{1,3})\b/).flatMap { Int($0.1) }
        if code == nil, wasInterrupted, !isOwn { return Cause(.interrupted, reason) }
        return Cause(.exit, reason, exitCode: code)
    }

    private var wasInterrupted: Bool {
        description["SecondaryStatusTransitions"]?.arrayValue?.suffix(3)
            .contains { $0["Status"]?.stringValue == "Interrupted" } ?? false
    }
}

extension Cause.Code {
    /// An input of the job is wrong: data, image, or permissions of its role (`ClientError`).
    static let clientError = Cause.Code(rawValue: "client-error")
    /// SageMaker itself failed (`InternalServerError`).
    static let backendFault = Cause.Code(rawValue: "backend-fault")
    /// Waiting and running together exceeded the limit.
    static let waitLimit = Cause.Code(rawValue: "wait-limit")
}
