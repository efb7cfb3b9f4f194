internal import Console
internal import LaunchHost

/// A rehearsal's report as people read it: what went as on the backend, what nothing stood for, what would differ.
struct RehearsalPage {
    private let record: RehearsalRecord
    private let terminal: Terminal

    init(_ record: RehearsalRecord, _ terminal: Terminal) {
        self.record = record
        self.terminal = terminal
    }

    /// Writes it to standard error.
    func tell() {
        section("reproduced", record.report.reproduced, .green)
        section("accepted, not simulated", record.report.notSimulated, .dim)
        section("noted here", record.course.notes, .yellow)
        section("would differ on the backend", record.report.differences, .yellow)
    }

    private func section(_ title: String, _ lines: [String], _ style: Palette.Style) {
        guard !lines.isEmpty else { return }
        terminal.err(Styled("  \(title)", style))
        for line in lines { terminal.err("    - \(line)") }
    }
}
