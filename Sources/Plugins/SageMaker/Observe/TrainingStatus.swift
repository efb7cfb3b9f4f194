internal import LaunchHost

/// What SageMaker's words for a job's state mean. They are "subject to change": a word that is not known leaves the
/// decision to the primary status, and is kept.
struct TrainingStatus: Sendable, Hashable {
    /// `TrainingJobStatus`.
    var primary: String
    /// `SecondaryStatus`.
    var secondary: String?

    /// Both words, for people.
    var words: String {
        guard let secondary, secondary != primary else { return primary }
        return "\(primary): \(secondary)"
    }

    /// Whether the job changes no more.
    var isEnd: Bool { ["Completed", "Failed", "Stopped"].contains(primary) }

    /// What a job that has not ended does.
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

    /// What somebody should find in the run's story; nil for the ordinary course.
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
