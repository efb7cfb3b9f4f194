internal import Console
internal import LaunchHost

/// Prints log lines: as they are where nobody sits in front, with control characters made visible on a terminal.
struct LogPrinter {
    let terminal: Terminal
    var timestamps = false
    /// One JSON object a line.
    var json = false

    func print(_ lines: [LogLine]) throws {
        var text = ""
        for line in lines {
            if json {
                text += try JSON.canonical(line) + "\n"
                continue
            }
            if timestamps, let time = line.time { text += terminal.colours(.dim, "\(Timestamp(time)) ") }
            if let host = line.host { text += terminal.colours(.cyan, "\(host) ") }
            text += terminal.outputIsTTY ? Terminal.printable(line.text) : line.text
            if !line.continues { text += "\n" }
        }
        try terminal.out(text, terminator: "")
    }
}
