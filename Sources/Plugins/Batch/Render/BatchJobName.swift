internal import LaunchPluginKit

/// The name of a run's job, made from project and run ID, so that no two runs share a name.
///
/// 1 to 128 letters, digits, hyphens and underscores; the first is a letter or a digit (`SubmitJob`, jobName).
struct BatchJobName: Sendable, Hashable, CustomStringConvertible {
    /// The largest number of characters that Batch accepts.
    static let longest = 128

    let description: String

    /// The project may be shortened and cleaned, the run ID is not.
    init(project: String, runID: RunID) {
        let words = project.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        let room = Self.longest - runID.rawValue.utf8.count - 1
        let prefix = words.joined(separator: "-").prefix(room)
        let trimmed = prefix.last == "-" ? prefix.dropLast() : prefix
        description = trimmed.isEmpty ? runID.rawValue : "\(trimmed)-\(runID)"
    }
}
