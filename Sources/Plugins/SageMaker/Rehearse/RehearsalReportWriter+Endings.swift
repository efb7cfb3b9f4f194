internal import LaunchPluginKit

/// How stops and the drill ended, from the recorded steps.
extension RehearsalReportWriter {
    var wasInterrupted: Bool { timeline.steps.contains { $0.status == .interrupted } }
    var wasStartedAgain: Bool { timeline.steps.contains { $0.status == .restarting } }

    /// The signals that were sent, and their effects.
    var signals: [String] {
        var lines: [String] = []
        if wasInterrupted { lines.append(sent(by: "interruption", .interrupted, attempt: 1)) }
        if wasStartedAgain {
            lines.append(
                "The hosts were interrupted, removed with all their content, and started again"
                    + (rehearsal.hasCheckpoints ? " with their checkpoints." : " from nothing."))
        }
        if timeline.phase == .stopped {
            lines.append(sent(by: "stop", .stopping, attempt: timeline.hosts.map(\.attempt).max() ?? 1))
        }
        return lines
    }

    private func sent(by what: String, _ status: RehearsalTimeline.Status, attempt: Int) -> String {
        let hosts = timeline.hosts.filter { $0.attempt == attempt }
        let killed = hosts.filter { $0.exitCode == 137 }.map(\.name)
        let seconds = timeline.steps.last { $0.status == status }.flatMap { step in
            hosts.compactMap(\.endedAt).max().map { Double($0.milliseconds - step.startedAt.milliseconds) / 1_000 }
        }
        guard !killed.isEmpty else {
            let time = seconds.map { ", \(Self.plain(max(0, $0))) s later" } ?? ""
            return "The \(what) sent SIGTERM, and the hosts ended\(time), before SIGKILL."
        }
        // Grace periods are whole seconds, so a shorter time means that there was none.
        guard seconds.map({ $0 >= 0.9 }) ?? true else {
            return "The \(what) gave no time: it sent SIGKILL to \(listed(killed)) (exit code 137)."
        }
        let time = seconds.map { " \(Self.plain($0)) s later" } ?? ""
        return
            "The \(what) sent SIGTERM, and SIGKILL\(time) to \(listed(killed)), which had not ended (exit code 137)."
    }

    /// If the requested drill did not happen, why; otherwise what it does not show about SageMaker.
    var drill: [String] {
        guard let drill = options.drill else { return [] }
        guard wasInterrupted else {
            let why = hasRun ? "the job ended before its \(drill.afterSeconds) s were over" : "the job never ran"
            return ["The drill did not take place: \(why). Interrupt it while it trains, with \"--drill spot@TIME\"."]
        }
        var lines: [String] = []
        if !wasStartedAgain {
            lines.append(
                "The interrupted job was not started again: it ended meanwhile. Interrupt it earlier, or give it more time."
            )
        } else if !rehearsal.hasCheckpoints {
            lines.append(
                "The interrupted job started from the beginning because the request has no CheckpointConfig. Add it, "
                    + "and write checkpoints to /opt/ml/checkpoints.")
        }
        let isSpot = document.isSpot ? "" : " The request has no EnableManagedSpotTraining, so SageMaker would not."
        lines.append(
            "The interruption left up to \(drill.graceSeconds) s between SIGTERM and SIGKILL; SageMaker documents no time. "
                + "Write checkpoints as you go, not at the signal.\(isSpot)")
        return lines
    }
}
