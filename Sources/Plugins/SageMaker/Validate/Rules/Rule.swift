internal import LaunchHost

/// One rule between fields, or one that only the documentation tells: what the service's model cannot express.
struct Rule: Sendable {
    /// Short and stable, for findings and tests.
    let name: String
    /// Who says so: a page of the API reference or the developer guide, or an issue that quotes the service's own error.
    let source: String
    /// What is wrong with a request by this rule. A field of the wrong type is none of its business: the model says that.
    let check: @Sendable (TrainingRequest) -> [Problem]

    init(_ name: String, source: String, _ check: @escaping @Sendable (TrainingRequest) -> [Problem]) {
        self.name = name
        self.source = source
        self.check = check
    }

    /// Every rule.
    static let all =
        presence + algorithm + image + metrics + instances + instanceGroups + instancePreferences + storage + stopping
        + spot + warmPools + channels + fileSystems + paths + tags + secrets + profiler + regions
}

/// What a rule has to say.
struct Problem {
    var severity: Finding.Severity
    var path: FieldPath
    var message: String
    var hint: String?

    /// The request would be refused, or would fail.
    static func error(_ path: String, _ message: String, hint: String? = nil) -> Problem {
        Problem(severity: .error, path: FieldPath(parsing: path) ?? FieldPath(), message: message, hint: hint)
    }

    /// It may be meant, or nobody has written down what the service does.
    static func warning(_ path: String, _ message: String, hint: String? = nil) -> Problem {
        Problem(severity: .warning, path: FieldPath(parsing: path) ?? FieldPath(), message: message, hint: hint)
    }
}

extension [Problem] {
    /// The problem, if the condition holds.
    static func when(_ condition: Bool, _ problem: @autoclosure () -> Problem) -> [Problem] {
        condition ? [problem()] : []
    }
}

/// Where rules come from.
enum Source {
    static func api(_ page: String) -> String { "SageMaker API reference, \(page)" }
    static func guide(_ page: String) -> String { "SageMaker developer guide, \(page)" }
    static func github(_ thread: String) -> String { "https://github.com/\(thread)" }
}
