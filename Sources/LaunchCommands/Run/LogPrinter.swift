internal import Console
internal import LaunchHost

/// Prints log lines. In a file or a pipe the text is unchanged; on a terminal control characters are escapes, unless the
/// user asked for raw output.
struct LogPrinter {
    let terminal: Terminal
    var timestamps = false
    /// One JSON object a line.
    var json = false
    /// Control sequences reach the terminal too.
    var isRaw = false

    /// The option of the commands that print a job's log.
    static let raw = Option(
        flag: "raw",
        help:
            "Print the job's output on a terminal as it is, control sequences included. A file or a pipe always gets it so."
    )

    func print(_ lines: [LogLine]) throws {
        if json {
            for line in lines { try terminal.out(json: try JSON.canonical(line)) }
        } else if isRaw || !terminal.outputIsTTY {
            try terminal.out(raw: lines.map { prefix($0).plain + $0.text + end($0) }.joined())
        } else {
            try terminal.out(lines.map { safe($0) }.joined(), terminator: "")
        }
    }

    /// The text of `launch logs --build`.
    func print(build text: String) throws {
        guard !isRaw, terminal.outputIsTTY else { return try terminal.out(raw: text) }
        try terminal.out(Styled(log: text), terminator: "")
    }

    /// Each state of a progress bar is a line of its own, with the line's prefix, so that no host prints in the name of
    /// another.
    private func safe(_ line: LogLine) -> Styled {
        let prefix = prefix(line)
        let parts = Styled(log: line.text).plain.split(separator: "\n", omittingEmptySubsequences: false)
        return parts.map { prefix + Styled(String($0)) }.joined(separator: "\n") + "\(lines: end(line))"
    }

    private func end(_ line: LogLine) -> String { line.continues ? "" : "\n" }

    private func prefix(_ line: LogLine) -> Styled {
        var prefix: Styled = ""
        if timestamps, let time = line.time { prefix += Styled("\(Timestamp(time)) ", .dim) }
        if let host = line.host { prefix += Styled("\(host) ", .cyan) }
        return prefix
    }
}
