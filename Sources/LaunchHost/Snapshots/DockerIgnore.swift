/// The rules of a `.dockerignore` file: which paths of a context are excluded.
///
/// The grammar and the precedence are Docker's: the last rule that matches a path, or one of its parent folders,
/// decides. A `!` rule includes paths again, even inside an excluded folder.
public struct DockerIgnore: Sendable {
    private struct Rule: Sendable {
        var pattern: GlobPattern
        var isException: Bool
    }

    private let rules: [Rule]

    /// The maximum number of rules of a file. Each path of a source is compared with each rule.
    static let maxRules = 10_000

    /// Rules that exclude nothing.
    public static let none = DockerIgnore(rules: [])

    private init(rules: [Rule]) {
        self.rules = rules
    }

    /// Reads the text of a `.dockerignore` file.
    /// - Parameter file: the name of the file for errors.
    /// - Throws: `.invalid` with every invalid pattern and its line.
    public init(parsing text: String, file: String) throws(LaunchError) {
        var rules: [Rule] = []
        var problems: [Diagnostic] = []
        for (index, line) in Self.lines(of: text).enumerated() {
            do {
                guard let rule = try Self.rule(from: line) else { continue }
                rules.append(rule)
                guard rules.count <= Self.maxRules else { throw Self.tooMany(file: file, line: index + 1) }
            } catch let error as LaunchError {
                throw error
            } catch let error as GlobPattern.Invalid {
                problems.append(
                    Diagnostic(
                        .error, "the pattern '\(Self.trimmed(line))' cannot be read: \(error.why)", file: file,
                        line: index + 1,
                        sourceLine: line))
                guard problems.count < 100 else { break }
            } catch {
                throw LaunchError(.internalFault, "\(file) cannot be read: \(error).")
            }
        }
        if let first = problems.first {
            throw LaunchError(
                .invalid, "\(file):\(first.line ?? 1): \(first.message).",
                hint: "The patterns are those of a .dockerignore file: *, ?, [a-z], ** and \\ before each of them.",
                diagnostics: problems)
        }
        self.init(rules: rules)
    }

    private static func tooMany(file: String, line: Int) -> LaunchError {
        LaunchError(
            .invalid, "\(file):\(line): there are more than \(maxRules) patterns, which is the limit.",
            hint: "Name folders instead of the files in them.")
    }

    private static func lines(of text: String) -> [String] {
        var bytes = Array(text.utf8)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        return bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    private static func rule(from line: String) throws(GlobPattern.Invalid) -> Rule? {
        guard line.utf8.first != UInt8(ascii: "#") else { return nil }
        var pattern = trimmed(line)
        guard !pattern.isEmpty else { return nil }
        let isException = pattern.utf8.first == UInt8(ascii: "!")
        if isException {
            pattern = trimmed(String(pattern.unicodeScalars.dropFirst()))
            guard !pattern.isEmpty else { throw GlobPattern.Invalid(why: "nothing follows the '!'") }
        }
        return Rule(pattern: try GlobPattern(cleaned(pattern)), isException: isException)
    }

    private static func trimmed(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        var result = String.UnicodeScalarView()
        result.append(contentsOf: scalars[first...last])
        return String(result)
    }

    /// The pattern without leading and trailing slashes, with `.` and `..` resolved.
    private static func cleaned(_ pattern: String) -> String {
        var parts: [Substring] = []
        let isRooted = pattern.utf8.first == UInt8(ascii: "/")
        for part in pattern.split(separator: "/") where part != "." {
            if part == "..", let last = parts.last, last != ".." {
                parts.removeLast()
            } else if part != ".." || !isRooted {
                parts.append(part)
            }
        }
        // A pattern that becomes `.` or `/` matches nothing: a user does not mean to exclude everything by it.
        return parts.isEmpty ? (isRooted ? "/" : ".") : parts.joined(separator: "/")
    }
}

extension DockerIgnore {
    /// The decision for one path, which is an input of the decisions for the paths below it.
    struct Verdict: Sendable {
        /// Whether the path is excluded.
        var isExcluded = false
        fileprivate var matched: [Bool] = []
    }

    /// The decision for a path in a folder with this decision; nil for the context itself.
    func verdict(on path: String, in folder: Verdict?) -> Verdict {
        var verdict = Verdict(isExcluded: false, matched: Array(repeating: false, count: rules.count))
        for (index, rule) in rules.enumerated() {
            var matches = folder?.matched[index] ?? false
            if !matches {
                // A rule that cannot change the decision is skipped, and so does not count as matched for the paths
                // below. Docker does the same; the difference is visible if an exception precedes its rule.
                guard rule.isException == verdict.isExcluded else { continue }
                matches = rule.pattern.matches(path.unicodeScalars)
            }
            verdict.matched[index] = matches
            if matches { verdict.isExcluded = !rule.isException }
        }
        return verdict
    }

    /// Whether a rule may include something inside an excluded folder.
    func mayTakeBack(inside folder: String) -> Bool {
        let prefix = "\(folder)/"
        return rules.contains { $0.isException && $0.pattern.mayMatch(beginning: prefix.unicodeScalars) }
    }

    /// Whether the rules exclude a path of the context, with all its parent folders considered.
    /// - Parameter path: relative to the context, with `/` between the components.
    public func excludes(_ path: String) -> Bool {
        var verdict: Verdict?
        var prefix = ""
        for part in path.split(separator: "/") {
            prefix += prefix.isEmpty ? String(part) : "/\(part)"
            verdict = self.verdict(on: prefix, in: verdict)
        }
        return verdict?.isExcluded ?? false
    }
}
