internal import Patterns

/// A regular expression that finds a metric's value in the lines of a log, and what became of the search.
struct MetricPattern {
    /// A pattern that cannot be used, and why.
    struct Wrong: Error, CustomStringConvertible {
        let description: String
    }

    let name: String
    /// The text of the group in the last match so far.
    private(set) var last: String?
    /// On how many lines the search was given up because it took too long.
    private(set) var failures = 0
    private let pattern: Pattern

    /// So many lines may take too long before the pattern is given up: of one that always does, every line costs.
    private static let mostFailures = 3

    /// Compiles `pattern`, which must have exactly one group.
    init(name: String, _ pattern: String) throws(Wrong) {
        guard pattern.utf8.count <= 4096 else { throw Wrong(description: "it is longer than 4096 bytes") }
        do {
            self.pattern = try Pattern(pattern)
        } catch {
            throw Wrong(description: "'\(pattern)' is no regular expression: \(error)")
        }
        guard self.pattern.groups == 1 else {
            throw Wrong(
                description: "'\(pattern)' must have exactly one group, around the number; "
                    + "(?:…) groups without counting")
        }
        self.name = name
    }

    private var isGivenUp: Bool { failures >= Self.mostFailures }

    /// Looks for the metric in the next line of the log.
    mutating func read(_ line: String) {
        guard !isGivenUp else { return }
        switch pattern.lastGroup(in: line) {
        case .ended(let text): last = text ?? last
        case .tookTooLong: failures += 1
        }
    }

    /// The metric's value after the last line; nil where there is none to rely on.
    var value: Double? {
        guard !isGivenUp, let last, let value = Double(last), value.isFinite else { return nil }
        return value
    }

    /// What there is to say of the search after the last line.
    var warnings: [String] {
        var warnings: [String] = []
        if failures > 0 {
            let lines = failures == 1 ? "a line" : "\(failures) lines"
            let end = isGivenUp ? "and was given up, so it has no value" : "and such lines do not count"
            warnings.append(
                "The metric \(name): its pattern took too long on \(lines), \(end). "
                    + "Write it without a repetition in a repetition, such as (a+)+.")
        }
        if isGivenUp { return warnings }
        guard let last else { return warnings + ["The metric \(name) is not in the log."] }
        if value == nil {
            warnings.append("The last value of metric \(name) is no finite number: '\(last.prefix(100))'.")
        }
        return warnings
    }
}
