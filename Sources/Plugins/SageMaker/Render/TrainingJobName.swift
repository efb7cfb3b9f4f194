internal import LaunchPluginKit

/// The name of a run's training job, made from project, run ID and attempt. One attempt of a run therefore never
/// creates two jobs, and no two runs share a name.
///
/// 1 to 63 letters, digits and inner hyphens (`API_CreateTrainingJob`, TrainingJobName).
struct TrainingJobName: Sendable, Hashable, CustomStringConvertible {
    /// The largest number of characters that SageMaker accepts.
    static let longest = 63

    let description: String

    /// The name of an attempt, counted from 1. The project may be shortened and cleaned, the run ID is not.
    init(project: String, runID: RunID, attempt: Int = 1) {
        let suffix = attempt > 1 ? "\(runID)-r\(attempt - 1)" : runID.rawValue
        let words = project.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        let room = Self.longest - suffix.utf8.count - 1
        let prefix = String(words.joined(separator: "-").prefix(max(0, room)))
        let trimmed = prefix.last == "-" ? String(prefix.dropLast()) : prefix
        description = trimmed.isEmpty ? suffix : "\(trimmed)-\(suffix)"
    }

    /// The name of an attempt of a job whose name the submitter chose.
    init(given: String, attempt: Int) {
        let suffix = attempt > 1 ? "-r\(attempt - 1)" : ""
        description = String(given.prefix(Self.longest - suffix.utf8.count)) + suffix
    }
}
