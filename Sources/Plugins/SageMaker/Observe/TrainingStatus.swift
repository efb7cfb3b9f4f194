internal import LaunchPluginKit

/// The meaning of SageMaker's status words. AWS documents them as "subject to change": an unknown secondary status is
/// kept, and the primary status decides.
struct TrainingStatus: Sendable, Hashable {
    /// `TrainingJobStatus`.
    var primary: String
    /// `SecondaryStatus`.
    var secondary: String?

    /// Both words, for display.
    var words: String {
        guard let secondary, secondary != primary else { return primary }
        return "\(primary): \(secondary)"
    }

    /// Whether the status is final.
    var isEnd: Bool { ["Completed", "Failed", "Stopped"].contains(primary) }

    /// The phase of a job that has not ended.
    var phase: Observation.Phase {
        if primary == "Stopping" || primary == "Deleting" { return .stopping }
        return switch secondary {
        case "Starting", "Pending", "LaunchingMLInstances", "PreparingTrainingStack", "Downloading",
            "DownloadingTrainingImage", "Interrupted", "Restarting":
            .starting
        case "Stopping", "MaxRuntimeExceeded", "MaxWaitTimeExceeded", "Stopped": .stopping
        default: .running
        }
    }

    /// A note for the run's events; nil for the usual statuses.
    var message: String? {
        switch secondary {
        case "Interrupted": "the spot instance was taken back; SageMaker starts the job again when it has another"
        case "Restarting": "SageMaker starts the job again"
        case "MaxRuntimeExceeded": "longer than MaxRuntimeInSeconds: SageMaker stops the job"
        case "MaxWaitTimeExceeded": "longer than MaxWaitTimeInSeconds: SageMaker stops the job"
        default: nil
        }
    }
}
