/// What the kit found: one line a case, as a table that can be read in a test's output.
public struct Report: Sendable, CustomStringConvertible {
    /// How one case ended.
    public enum Outcome: Sendable, Hashable {
        /// The plugin holds it.
        case passed
        /// The plugin does not, and why.
        case failed(String)
        /// The case was not run, and why.
        case skipped(String)
    }

    /// The plugin that was examined.
    public let subject: String
    /// The cases in the order in which they ran.
    public private(set) var cases: [(name: String, outcome: Outcome)] = []

    init(_ subject: String) {
        self.subject = subject
    }

    /// Whether every case passed or was skipped with a reason.
    public var isConforming: Bool { failures.isEmpty }

    /// The cases that failed, with their reasons.
    public var failures: [String] {
        cases.compactMap { name, outcome in
            if case .failed(let why) = outcome { "\(name): \(why)" } else { nil }
        }
    }

    /// How many cases were not run.
    public var skipped: Int {
        cases.count { if case .skipped = $0.outcome { true } else { false } }
    }

    /// The table, and the counts below it.
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
        lines.append("  \(passed) held, \(failures.count) broken, \(skipped) skipped")
        return lines.joined(separator: "\n")
    }

    /// Runs one case and notes how it ended.
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

/// Thrown by a case that finds the contract broken.
struct Broken: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Thrown by a case that the fixture cannot serve.
struct Skip: Error {
    let why: String
}

/// Throws where `condition` does not hold.
func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
    guard condition else { throw Broken(message()) }
}
