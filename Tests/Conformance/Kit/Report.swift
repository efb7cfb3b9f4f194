/// The results of the kit: a table with one line per case, readable in a test's output.
///
/// The last line names what to write or mend first.
public struct Report: Sendable, Codable, CustomStringConvertible {
    /// The result of one case.
    public enum Outcome: Sendable, Hashable, Codable {
        /// The plugin fulfils this part of the contract.
        case passed
        /// The plugin does not fulfil it, and the reason.
        case failed(String)
        /// The backend cannot show what the case needs, and the reason: the fixture says so, by nil for a behaviour or in
        /// `settings.without`.
        case skipped(String)
        /// The fixture does not offer what the case needs, and what is missing.
        case notChecked(String)
        /// The fixture itself failed, so the case says nothing about the plugin.
        case fixtureError(String)
    }

    /// One case.
    public struct Case: Sendable, Codable {
        /// The rule that the case checks.
        public let rule: Rule
        /// The result.
        public let outcome: Outcome
        /// How long it took, in seconds.
        public let seconds: Double
        /// The rule whose case failed first for the same reason; nil if this case has a reason of its own.
        public let follows: Rule?
        /// What to write or mend; nil if the case says nothing about it.
        let culprit: Culprit?

        /// The rule as a sentence.
        public var name: String { rule.statement }
    }

    /// A member of the plugin or of the fixture that a case needs, and does not have or does not work.
    struct Culprit: Sendable, Codable, Hashable {
        var member: String
        var isOfFixture = false
        /// Whether it answers at all: then it is mended, not written.
        var answers = false
        /// The key for `settings.without`, if the fixture may say that this cannot exist.
        var without: String?
    }

    /// The plugin under test.
    public let subject: String
    /// The cases in the order of execution.
    public private(set) var cases: [Case] = []
    /// The rules that `settings.only` leaves out.
    public internal(set) var omitted: [String] = []
    /// Whether the kit started this process for something else, such as one call of a second process. The report
    /// of such a process is not used.
    let isElsewhere: Bool
    private let role: String

    init(_ subject: String, role: CheckedRole, isElsewhere: Bool = false) {
        self.subject = subject
        self.role = role.rawValue
        self.isElsewhere = isElsewhere
    }

    /// Whether at least one case passed, no case failed, and the fixture did not fail. Rules that were skipped, not
    /// checked or left out by `settings.only` do not count: a finished plugin is `isComplete`.
    public var isConforming: Bool { isElsewhere || failures.isEmpty && fixtureErrors.isEmpty && passed > 0 }

    /// Whether the plugin conforms, and each rule was checked or skipped. A skipped rule has a reason that the fixture
    /// gives: nil for a behaviour that the backend cannot produce, or a sentence in `settings.without`.
    public var isComplete: Bool { isElsewhere || isConforming && notChecked.isEmpty && omitted.isEmpty }

    /// The failed cases with their reasons.
    public var failures: [String] {
        cases.compactMap { one in
            if case .failed(let why) = one.outcome { "\(one.rule): \(why)" } else { nil }
        }
    }

    /// The rules that the plugin breaks.
    public var brokenRules: [Rule] {
        cases.compactMap { one in
            if case .failed = one.outcome { one.rule } else { nil }
        }
    }

    /// The faults of the fixture.
    public var fixtureErrors: [String] {
        cases.compactMap { one in
            if case .fixtureError(let why) = one.outcome { "\(one.rule): \(why)" } else { nil }
        }
    }

    /// The number of skipped cases: what the backend cannot show.
    public var skipped: Int { skips.count }

    /// The skipped rules by name, with their reasons.
    public var skips: [String: String] {
        cases.reduce(into: [:]) { found, one in
            if case .skipped(let why) = one.outcome { found[one.rule.name] = why }
        }
    }

    /// The names of the rules that were not checked, because the fixture does not offer what their cases need.
    public var notChecked: [String] {
        cases.compactMap { one in
            if case .notChecked = one.outcome { one.rule.name } else { nil }
        }
    }

    private var passed: Int { cases.count { $0.outcome == .passed } }

    /// The table, the counts, and what to write first. A failed case also has the rule, why it matters, and where it is
    /// explained, unless it follows from another.
    public var description: String {
        var lines = ["conformance of \(subject)"]
        for one in cases {
            let follows = one.follows.map { "follows from \($0): " } ?? ""
            switch one.outcome {
            case .passed: lines.append("  ok       \(one.rule)")
            case .failed(let why):
                lines.append("  FAIL     \(one.rule): \(follows)\(why)")
                guard one.follows == nil else { continue }
                lines.append("             rule: \(one.rule.statement)")
                lines.append("             why:  \(one.rule.cost)")
                lines.append("             read: plugins.md#\(one.rule.section)")
            case .skipped(let why): lines.append("  skip     \(one.rule): \(why)")
            case .notChecked(let why): lines.append("  -        \(one.rule): not checked, because \(why)")
            case .fixtureError(let why):
                lines.append("  FIXTURE  \(one.rule): \(follows)an error of the fixture: \(why)")
            }
        }
        let following = cases.count { $0.follows != nil }
        lines.append(
            "  \(passed) passed, \(failures.count) failed, \(skipped) skipped, \(notChecked.count) not checked, "
                + "\(fixtureErrors.count) errors of the fixture"
                + (following == 0 ? "" : "; \(following) follow from another")
                + (omitted.isEmpty ? "" : "; settings.only leaves out \(omitted.count) rules"))
        lines.append("  \(next)")
        return lines.joined(separator: "\n")
    }

    mutating func add(
        _ rule: Rule, _ outcome: Outcome, seconds: Double = 0, follows: Rule? = nil, culprit: Culprit? = nil
    ) {
        cases.append(Case(rule: rule, outcome: outcome, seconds: seconds, follows: follows, culprit: culprit))
    }
}

// MARK: what comes next

extension Report {
    /// What to write or mend first, in the order in which a plugin is written.
    private var next: String {
        let order = CheckedRole(rawValue: role)?.members ?? []
        func rank(_ one: Case) -> Int { one.culprit.flatMap { order.firstIndex(of: $0.member) } ?? order.count }
        // The earliest member in the order. Of its cases, one of its own rules; of these, the first of the report.
        func first(_ isWanted: (Case) -> Bool) -> Case? {
            func key(_ one: (offset: Int, element: Case)) -> (Int, Int, Int) {
                let isOwn = one.element.rule.member == one.element.culprit?.member
                return (rank(one.element), isOwn ? 0 : 1, one.offset)
            }
            return cases.filter(isWanted).enumerated().min { key($0) < key($1) }?.element
        }
        let wrong = first { one in
            switch one.outcome {
            case .failed, .fixtureError: true
            default: false
            }
        }
        if let wrong {
            guard let culprit = wrong.culprit else { return "mend first: \(wrong.rule)" }
            let owner = culprit.isOfFixture ? "fixture" : role
            let what = culprit.member == "declaration" ? "the declaration" : "'\(culprit.member)' of the \(owner)"
            return "\(culprit.answers ? "mend" : "write") first: \(what) (\(wrong.rule))"
        }
        if let missing = first({ if case .notChecked = $0.outcome { $0.culprit != nil } else { false } }),
            let culprit = missing.culprit
        {
            let count = cases.count { $0.culprit == culprit }
            let without = culprit.without.map { ". If there is none, say why in settings.without[\($0)]" } ?? ""
            return
                "write first: '\(culprit.member)' of the fixture, for \(count) rule\(count == 1 ? "" : "s") not checked yet\(without)"
        }
        if passed == 0 { return "nothing was checked" }
        if !omitted.isEmpty { return "next: settings.only = nil" }
        return isComplete ? "complete: each rule was checked or skipped with a reason" : "some rules were not checked"
    }
}

/// The plugin breaks the contract.
struct Broken: Error, CustomStringConvertible {
    let description: String
    /// The rule whose failure is the likely cause of this one.
    var follows: Rule?
    init(_ description: String, follows: Rule? = nil) {
        self.description = description
        self.follows = follows
    }
}

/// The backend cannot provide what the case needs.
struct Skip: Error {
    let why: String
}

/// The fixture does not offer what the case needs.
struct NotChecked: Error {
    let why: String
    /// What is missing: a reason for any of these is enough, and the last one is what to offer. Empty if no fixture can
    /// offer it here.
    var needs: [Ability] = []
}

/// The fixture itself failed.
struct FixtureFault: Error, CustomStringConvertible {
    let description: String
    /// The member of the fixture.
    var member: String?
    init(_ description: String, of member: String? = nil) {
        self.description = description
        self.member = member
    }
}

/// Calls a function of the fixture. Its error is one of the fixture.
func asked<T>(_ what: String, _ body: () async throws -> T) async throws -> T {
    do {
        return try await body()
    } catch let fault as FixtureFault {
        throw FixtureFault(fault.description, of: fault.member ?? what)
    } catch {
        throw FixtureFault("'\(what)' threw \(error)", of: what)
    }
}

/// Throws if `condition` is false.
func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
    guard condition else { throw Broken(message()) }
}
