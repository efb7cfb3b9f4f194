internal import LaunchConsole
internal import LaunchHost

/// Prints log lines. A file or a pipe gets the unchanged text. A terminal gets escapes instead of control characters,
/// unless the user requested raw output.
struct LogPrinter {
    let terminal: Terminal
    var timestamps = false
    /// JSON: one object on each line, or with `printAll` one array.
    var json = false
    /// Whether control sequences reach a terminal.
    var isRaw = false

    /// The option of the commands that print a job's log.
    static let raw = Option(
        flag: "raw",
        help:
            "Print the job's output on a terminal unchanged, with control sequences. Files and pipes always get it so."
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

    /// Prints the log up to now. As JSON it is one array that is written while the log is read.
    func printAll(_ reader: RunLogReader, of id: RunID) async throws {
        guard json else { return try await reader.read(id, follow: false) { try print($0) } }
        var array = JSONArray(terminal: terminal)
        do {
            try await reader.read(id, follow: false) { lines in
                for line in lines { try array.add(line) }
            }
        } catch {
            // Closes the array after a partial output, so that it is valid JSON. Before the first line nothing was
            // printed.
            if !array.isEmpty, !(error is OutputError) { try array.end() }
            throw error
        }
        try array.end()
    }

    /// The text of `launch logs --build`.
    func print(build text: String) throws {
        if json {
            var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            if lines.last == "" { lines.removeLast() }
            var array = JSONArray(terminal: terminal)
            for line in lines { try array.add(["text": String(line)]) }
            return try array.end()
        }
        guard !isRaw, terminal.outputIsTTY else { return try terminal.out(raw: text) }
        try terminal.out(Styled(log: text), terminator: "")
    }

    /// Each state of a progress bar becomes a line with the prefix, so that no host can print lines that look like
    /// another host's.
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

/// A JSON array on standard output that is written element by element, so that a long log needs no memory.
private struct JSONArray {
    let terminal: Terminal
    /// The last element, held back because a comma follows it only if there is a next one.
    private var held: String?
    private(set) var isEmpty = true

    init(terminal: Terminal) {
        self.terminal = terminal
    }

    mutating func add(_ value: some Encodable) throws {
        let text = try JSON.canonical(value)
        if let held { try terminal.out(json: held + ",") } else { try terminal.out(json: "[") }
        held = text
        isEmpty = false
    }

    mutating func end() throws {
        if let held { try terminal.out(json: held + "\n]") } else { try terminal.out(json: "[]") }
        held = nil
    }
}
