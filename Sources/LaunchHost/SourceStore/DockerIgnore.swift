/// The rules of a `.dockerignore` file: which paths of a context are left out.
///
/// The grammar and the order of precedence are Docker's: the last rule that matches a path, or a folder that it is in,
/// decides; `!` rules take back in, also what is inside of a folder that is left out.
public struct DockerIgnore: Sendable {
    private struct Rule: Sendable {
        var pattern: GlobPattern
        var isException: Bool
    }

    private let rules: [Rule]

    /// The most rules of a file. Each path of a source is compared with each rule.
    static let maxRules = 10_000

    /// Rules that leave nothing out.
    public static let none = DockerIgnore(rules: [])

    private init(rules: [Rule]) {
        self.rules = rules
    }

    /// Reads the text of a `.dockerignore` file.
    /// - Parameter file: the file as the user knows it, for errors.
    /// - Throws: `.invalid` with every pattern that cannot be read, each with its line.
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

    /// The pattern without leading and trailing slashes, and with `.` and `..` resolved.
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
        // What is left of `.` or `/` matches nothing: nobody means to leave out everything by it.
        return parts.isEmpty ? (isRooted ? "/" : ".") : parts.joined(separator: "/")
    }
}

extension DockerIgnore {
    /// What the rules say of one path, and what whoever asks for the paths below it must hand back in.
    struct Verdict: Sendable {
        /// Whether the path is left out.
        var isExcluded = false
        fileprivate var matched: [Bool] = []
    }

    /// What the rules say of a path in a folder with that verdict; nil for the context itself.
    func verdict(on path: String, in folder: Verdict?) -> Verdict {
        var verdict = Verdict(isExcluded: false, matched: Array(repeating: false, count: rules.count))
        for (index, rule) in rules.enumerated() {
            var matches = folder?.matched[index] ?? false
            if !matches {
                // A rule that could change nothing is not asked, and so does not count as matched for what is
                // inside either. This is Docker's order too, and it shows where an exception precedes its rule.
                guard rule.isException == verdict.isExcluded else { continue }
                matches = rule.pattern.matches(path.unicodeScalars)
            }
            verdict.matched[index] = matches
            if matches { verdict.isExcluded = !rule.isException }
        }
        return verdict
    }

    /// Whether something inside of a folder that is left out may be taken back in.
    func mayTakeBack(inside folder: String) -> Bool {
        let prefix = "\(folder)/"
        return rules.contains { $0.isException && $0.pattern.mayMatch(beginning: prefix.unicodeScalars) }
    }

    /// Whether the rules leave out a path of the context, with all folders that it is in considered.
    /// - Parameter path: relative to the context, with `/` between its parts.
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
