internal import LaunchPatterns

/// A regular expression that finds a metric's value in the lines of a log, and the result of the search.
struct MetricPattern {
    /// Why a pattern cannot be used.
    struct Wrong: Error, CustomStringConvertible {
        let description: String
    }

    let name: String
    /// The text of the group in the latest match.
    private(set) var last: String?
    /// The number of lines on which the search took too long.
    private(set) var failures = 0
    private let pattern: Pattern
    /// The time budget for the rest of the log. When it is used up, the metric is abandoned.
    private var time: SearchTime

    /// Compiles `pattern`, which must have exactly one group.
    init(name: String, _ pattern: String, time: SearchTime = SearchTime()) throws(Wrong) {
        guard pattern.utf8.count <= 4096 else { throw Wrong(description: "it is longer than 4096 bytes") }
        do {
            self.pattern = try Pattern(pattern)
        } catch {
            throw Wrong(description: "'\(pattern)' is not a regular expression: \(error)")
        }
        guard self.pattern.groups == 1 else {
            throw Wrong(
                description: "'\(pattern)' must have exactly one group, around the number; "
                    + "(?:…) groups without counting")
        }
        self.name = name
        self.time = time
    }

    private var isGivenUp: Bool { time.isUsedUp }

    /// Searches the next line of the log for the metric. The CR of a line that ends with CR LF is not part of it.
    mutating func read(_ line: String) {
        guard !isGivenUp else { return }
        let carriageReturn = UInt8(ascii: "\r")
        let line = line.utf8.last == carriageReturn ? String(decoding: line.utf8.dropLast(), as: UTF8.self) : line
        time.add(bytes: line.utf8.count)
        switch pattern.lastGroup(in: line, &time) {
        case .ended(let text): last = text ?? last
        case .tookTooLong: failures += 1
        }
    }

    /// The metric's value after the last line; nil without a reliable value.
    var value: Double? {
        // Swift reads 0x10 as 16; it is not a decimal number.
        guard !isGivenUp, let last, !last.contains(where: { "xX".contains($0) }), let value = Double(last),
            value.isFinite
        else { return nil }
        return value
    }

    /// The warnings about the search after the last line.
    var warnings: [String] {
        var warnings: [String] = []
        if failures > 0 || isGivenUp {
            let lines = failures == 1 ? "a line" : failures == 0 ? "the log" : "\(failures) lines"
            let end = isGivenUp ? "and was given up, so it has no value" : "and such lines do not count"
            warnings.append(
                "The metric \(name): its pattern took too long on \(lines), \(end). "
                    + "Write it without a repetition in a repetition, such as (a+)+.")
        }
        if isGivenUp { return warnings }
        guard let last else { return warnings + ["The metric \(name) is not in the log."] }
        if value == nil {
            warnings.append("The last value of metric \(name) is not a finite number: '\(last.prefix(100))'.")
        }
        return warnings
    }
}
