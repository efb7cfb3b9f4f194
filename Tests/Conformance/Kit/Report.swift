/// The results of the kit: a table with one line per case, readable in a test's output.
public struct Report: Sendable, Codable, CustomStringConvertible {
    /// The result of one case.
    public enum Outcome: Sendable, Hashable, Codable {
        /// The plugin fulfils this part of the contract.
        case passed
        /// The plugin does not fulfil it, and the reason.
        case failed(String)
        /// The backend cannot produce what the case needs, and the reason.
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

        /// The rule as a sentence.
        public var name: String { rule.statement }
    }

    /// The plugin under test.
    public let subject: String
    /// The cases in the order of execution.
    public private(set) var cases: [Case] = []

    init(_ subject: String) {
        self.subject = subject
    }

    /// Whether no case failed, and the fixture did not fail. Skipped cases, and cases that were not checked, count as
    /// conforming: compare `skipped` and `notChecked` with what you expect.
    public var isConforming: Bool { failures.isEmpty && fixtureErrors.isEmpty }

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

    /// The number of skipped cases: what the backend cannot produce.
    public var skipped: Int {
        cases.count { if case .skipped = $0.outcome { true } else { false } }
    }

    /// The names of the rules that were not checked, because the fixture does not offer what their cases need.
    public var notChecked: [String] {
        cases.compactMap { one in
            if case .notChecked = one.outcome { one.rule.name } else { nil }
        }
    }

    /// The table, followed by the counts. A failed case also has the rule, why it matters, and where it is explained.
    public var description: String {
        var lines = ["conformance of \(subject)"]
        for one in cases {
            switch one.outcome {
            case .passed: lines.append("  ok       \(one.rule)")
            case .failed(let why):
                lines.append("  FAIL     \(one.rule): \(why)")
                lines.append("             rule: \(one.rule.statement)")
                lines.append("             why:  \(one.rule.cost)")
                lines.append("             read: plugins.md#\(one.rule.section)")
            case .skipped(let why): lines.append("  skip     \(one.rule): \(why)")
            case .notChecked(let why): lines.append("  -        \(one.rule): not checked, because \(why)")
            case .fixtureError(let why): lines.append("  FIXTURE  \(one.rule): an error of the fixture: \(why)")
            }
        }
        let passed = cases.count { $0.outcome == .passed }
        lines.append(
            "  \(passed) passed, \(failures.count) failed, \(skipped) skipped, \(notChecked.count) not checked, "
                + "\(fixtureErrors.count) errors of the fixture")
        return lines.joined(separator: "\n")
    }

    mutating func add(_ rule: Rule, _ outcome: Outcome, seconds: Double = 0) {
        cases.append(Case(rule: rule, outcome: outcome, seconds: seconds))
    }
}

/// The plugin breaks the contract.
struct Broken: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// The backend cannot provide what the case needs.
struct Skip: Error {
    let why: String
}

/// The fixture does not offer what the case needs.
struct NotChecked: Error {
    let why: String
}

/// The fixture itself failed.
struct FixtureFault: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Calls a function of the fixture. Its error is one of the fixture.
func asked<T>(_ what: String, _ body: () async throws -> T) async throws -> T {
    do {
        return try await body()
    } catch let fault as FixtureFault {
        throw fault
    } catch {
        throw FixtureFault("'\(what)' threw \(error)")
    }
}

/// Throws if `condition` is false.
func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
    guard condition else { throw Broken(message()) }
}
