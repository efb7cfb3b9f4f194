/// The results of the kit: a table with one line per case, readable in a test's output.
public struct Report: Sendable, CustomStringConvertible {
    /// The result of one case.
    public enum Outcome: Sendable, Hashable {
        /// The plugin fulfils this part of the contract.
        case passed
        /// The plugin does not fulfil it, and the reason.
        case failed(String)
        /// The case was not run, and the reason.
        case skipped(String)
    }

    /// The plugin under test.
    public let subject: String
    /// The cases in the order of execution.
    public private(set) var cases: [(name: String, outcome: Outcome)] = []

    init(_ subject: String) {
        self.subject = subject
    }

    /// Whether each case passed or was skipped.
    public var isConforming: Bool { failures.isEmpty }

    /// The failed cases with their reasons.
    public var failures: [String] {
        cases.compactMap { name, outcome in
            if case .failed(let why) = outcome { "\(name): \(why)" } else { nil }
        }
    }

    /// The number of skipped cases.
    public var skipped: Int {
        cases.count { if case .skipped = $0.outcome { true } else { false } }
    }

    /// The table, followed by the counts.
    public var description: String {
        var lines = ["conformance of \(subject)"]
        for (name, outcome) in cases {
            switch outcome {
            case .passed: lines.append("  ok    \(name)")
            case .failed(let why): lines.append("  FAIL  \(name): \(why)")
            case .skipped(let why): lines.append("  skip  \(name): \(why)")
            }
        }
        let passed = cases.count - skipped - failures.count
        lines.append("  \(passed) passed, \(failures.count) failed, \(skipped) skipped")
        return lines.joined(separator: "\n")
    }

    /// Runs one case and records its result.
    mutating func check(_ name: String, _ body: () async throws -> Void) async {
        do {
            try await body()
            cases.append((name, .passed))
        } catch let skip as Skip {
            cases.append((name, .skipped(skip.why)))
        } catch {
            cases.append((name, .failed("\(error)")))
        }
    }
}

/// The plugin breaks the contract.
struct Broken: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// The fixture cannot provide what the case needs.
struct Skip: Error {
    let why: String
}

/// Throws if `condition` is false.
func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
    guard condition else { throw Broken(message()) }
}
