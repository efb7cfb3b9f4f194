internal import LaunchHost

/// The name that SageMaker knows a run by: made from project, run ID and attempt, so that the same attempt of the same run
/// never makes a second job, and no two runs share one.
///
/// 1 to 63 letters, digits and inner hyphens (`API_CreateTrainingJob`, TrainingJobName).
struct TrainingJobName: Sendable, Hashable, CustomStringConvertible {
    /// The most characters that SageMaker takes.
    static let longest = 63

    /// The name.
    let description: String

    /// The name of an attempt, from 1. The project is shortened and cleaned; the run ID never is.
    init(project: String, runID: RunID, attempt: Int = 1) {
        let suffix = attempt > 1 ? "\(runID)-r\(attempt - 1)" : runID.rawValue
        let words = project.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        let room = Self.longest - suffix.utf8.count - 1
        let prefix = String(words.joined(separator: "-").prefix(max(0, room)))
        let trimmed = prefix.last == "-" ? String(prefix.dropLast()) : prefix
        description = trimmed.isEmpty ? suffix : "\(trimmed)-\(suffix)"
    }

    /// The name of an attempt after the first, of a job whose name the submitter gave.
    init(given: String, attempt: Int) {
        let suffix = attempt > 1 ? "-r\(attempt - 1)" : ""
        description = String(given.prefix(Self.longest - suffix.utf8.count)) + suffix
    }
}
