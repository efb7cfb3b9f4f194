internal import Console
internal import LaunchHost

/// Shows what an ended rehearsal has to say.
struct RehearsalPrinter {
    let terminal: Terminal
    let note: (String) -> Void

    /// The report, part by part.
    func tell(_ report: RehearsalReport) {
        let colours = terminal.errorColours
        section("reproduced:", report.reproduced)
        section(colours(.yellow, "not simulated:"), report.notSimulated)
        section(colours(.yellow, "would differ:"), report.differences)
    }

    private func section(_ title: String, _ sentences: [String]) {
        guard !sentences.isEmpty else { return }
        note(title)
        for sentence in sentences { note("  \(Terminal.printable(sentence))") }
    }
}
