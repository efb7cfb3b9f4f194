internal import LaunchConsole
internal import LaunchHost

/// The report of a rehearsal as text: what was reproduced, what was not simulated, what would differ on the backend.
struct RehearsalPage {
    private let record: RehearsalRecord
    private let terminal: Terminal

    init(_ record: RehearsalRecord, _ terminal: Terminal) {
        self.record = record
        self.terminal = terminal
    }

    /// Prints the report to standard error.
    func show() {
        section("reproduced", record.report.reproduced, .green)
        section("accepted, not simulated", record.report.notSimulated, .dim)
        section("noted here", record.timeline.notes, .yellow)
        section("would differ on the backend", record.report.differences, .yellow)
    }

    private func section(_ title: String, _ lines: [String], _ style: Palette.Style) {
        guard !lines.isEmpty else { return }
        terminal.err(Styled("  \(title)", style))
        for line in lines { terminal.err("    - \(line)") }
    }
}
