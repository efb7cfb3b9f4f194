internal import LaunchPluginKit

/// Writes the report of an ended rehearsal: one sentence per fact, with the action to take if there is one. Pure.
struct RehearsalReportWriter {
    let ended: EndedRehearsal
    let rehearsal: Rehearsal

    var document: TrainingDocument { rehearsal.document }
    var options: RehearsalOptions { ended.options }
    var job: ContainerJob { ended.job }
    var timeline: RehearsalTimeline { ended.timeline }

    /// The resources of the containers: less than requested if the machine has less.
    var given: ContainerJob.Resources { timeline.resources ?? job.resources }

    /// Whether any container ran.
    var hasRun: Bool { timeline.steps.contains { $0.status == .training } }

    /// The report on an ended rehearsal.
    /// - Parameter region: As for the rehearsal itself.
    static func report(on ended: EndedRehearsal, region: String?) -> RehearsalReport {
        do {
            let rehearsal = try Rehearsal(ended.request, options: ended.options, region: region)
            return RehearsalReportWriter(ended: ended, rehearsal: rehearsal).report
        } catch {
            return RehearsalReport(differences: [error.description])
        }
    }

    var description: TrainingDescription {
        TrainingDescription(ended: ended, document: document, rehearsal: rehearsal)
    }

    var report: RehearsalReport {
        RehearsalReport(
            reproduced: hasRun ? reproduced : [], notSimulated: notSimulated, differences: differences,
            description: description.value)
    }
}

/// "a", "a and b", "a, b and c".
func listed(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return "\(words.dropLast().joined(separator: ", ")) and \(last)"
}

/// A sentence as part of another one, without its full stop.
func clause(_ sentence: String) -> String {
    var words = Substring(sentence)
    while let last = words.last, last == "." || last.isWhitespace { words = words.dropLast() }
    return String(words)
}
