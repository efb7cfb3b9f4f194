internal import FoundationEssentials

/// One line of a log as text: `<milliseconds since 1970> <stream> <host> <flag> <text>` with a tab between the parts, so
/// that `grep` can search a log, and `cut -f5-` returns the text.
enum ArchivedLine {
    /// Adds the line with a line break. Known secrets are masked.
    static func append(_ line: LogLine, to bytes: inout [UInt8]) {
        let time = line.time.map { String(Timestamp($0).milliseconds) } ?? "-"
        let stream =
            switch line.stream {
            case .stdout: "o"
            case .stderr: "e"
            case nil: "-"
            }
        let parts = [time, stream, line.host ?? "-", line.continues ? "+" : ".", SecretMask.shared.mask(line.text)]
        for (index, part) in parts.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: "\t")) }
            bytes += part.utf8
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Reads a line without its line break. A line in another form is text.
    static func parse(_ text: some StringProtocol, number: Int) -> LogLine {
        let cursor = LogCursor(rawValue: String(number))
        // As characters, a tab and a combining mark after it would be one.
        let parts = text.utf8.split(separator: UInt8(ascii: "\t"), maxSplits: 4, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard parts.count == 5 else { return LogLine(text: String(text), cursor: cursor) }
        let stream: LogLine.Stream? =
            switch parts[1] {
            case "o": .stdout
            case "e": .stderr
            default: nil
            }
        return LogLine(
            text: parts[4], cursor: cursor,
            time: Int64(parts[0]).map { Date(timeIntervalSince1970: Double($0) / 1000) },
            stream: stream, host: parts[2] == "-" ? nil : parts[2], continues: parts[3] == "+")
    }

    /// Reads lines, each with its line break.
    static func parse(lines: String, after number: Int) -> [LogLine] {
        var lines = lines.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.enumerated().map { parse(String(decoding: $1, as: UTF8.self), number: number + 1 + $0) }
    }
}
