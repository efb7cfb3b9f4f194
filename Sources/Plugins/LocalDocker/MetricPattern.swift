internal import Foundation

/// A regular expression that finds a metric's value in a line of the log, in ICU's syntax.
struct MetricPattern: Sendable {
    /// A pattern that cannot be used, and why.
    struct Wrong: Error, CustomStringConvertible {
        let description: String
    }

    let name: String
    private let expression: NSRegularExpression

    /// Compiles `pattern`, which must have exactly one group.
    init(name: String, _ pattern: String) throws(Wrong) {
        guard pattern.utf8.count <= 4096 else { throw Wrong(description: "it is longer than 4096 bytes") }
        do {
            expression = try NSRegularExpression(pattern: pattern)
        } catch {
            throw Wrong(description: "'\(pattern)' is no regular expression")
        }
        guard expression.numberOfCaptureGroups == 1 else {
            throw Wrong(
                description: "'\(pattern)' has \(expression.numberOfCaptureGroups) groups; exactly one is needed, "
                    + "around the number; (?:…) groups without counting")
        }
        self.name = name
    }

    /// The text of the group in the last match of the line; nil without a match.
    func lastValue(in line: String) -> String? {
        let text = line as NSString
        let matches = expression.matches(in: line, range: NSRange(location: 0, length: text.length))
        guard let range = matches.last?.range(at: 1), range.location != NSNotFound else { return nil }
        return text.substring(with: range)
    }
}
