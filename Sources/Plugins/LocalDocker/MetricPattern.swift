/// A regular expression that finds a metric's value in a line of the log, in the syntax of Swift's `Regex`.
///
/// Not `NSRegularExpression`: it would bring ICU with its tables into the program, which makes it four times as large.
struct MetricPattern {
    /// A pattern that cannot be used, and why.
    struct Wrong: Error, CustomStringConvertible {
        let description: String
    }

    let name: String
    private let expression: Regex<AnyRegexOutput>

    /// Compiles `pattern`, which must have exactly one group.
    init(name: String, _ pattern: String) throws(Wrong) {
        guard pattern.utf8.count <= 4096 else { throw Wrong(description: "it is longer than 4096 bytes") }
        do {
            expression = try Regex(pattern)
        } catch {
            throw Wrong(description: "'\(pattern)' is no regular expression")
        }
        guard Self.hasOneGroup(pattern) else {
            throw Wrong(
                description: "'\(pattern)' must have exactly one group, around the number; "
                    + "(?:…) groups without counting")
        }
        self.name = name
    }

    /// The type of a pattern's output tells its groups; one that need not take part is optional.
    private static func hasOneGroup(_ pattern: String) -> Bool {
        (try? Regex(pattern, as: (Substring, Substring).self)) != nil
            || (try? Regex(pattern, as: (Substring, Substring?).self)) != nil
    }

    /// The text of the group in the last match of the line; nil without a match.
    func lastValue(in line: String) -> String? {
        guard let output = line.matches(of: expression).last?.output, output.count > 1 else { return nil }
        return output[1].substring.map(String.init)
    }
}
