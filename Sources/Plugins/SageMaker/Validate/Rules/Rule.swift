internal import LaunchPluginKit

/// A rule between fields, or one that is only documented: a rule that the service's model cannot express.
struct Rule: Sendable {
    /// A short, stable name for findings and tests.
    let name: String
    /// The source: a page of the API reference or the developer guide, or an issue that quotes the service's own error.
    let source: String
    /// The problems of a request by this rule. A field of the wrong type is ignored, because the model's check reports
    /// it.
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

/// One violation of a rule.
struct Problem {
    var severity: Finding.Severity
    var path: FieldPath
    var message: String
    var hint: String?

    /// The service would refuse the request, or the job would fail.
    static func error(_ path: String, _ message: String, hint: String? = nil) -> Problem {
        Problem(severity: .error, path: FieldPath(parsing: path) ?? FieldPath(), message: message, hint: hint)
    }

    /// The value may be intended, or the service's behaviour is not documented.
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

/// The sources of rules.
enum Source {
    static func api(_ page: String) -> String { "SageMaker API reference, \(page)" }
    static func guide(_ page: String) -> String { "SageMaker developer guide, \(page)" }
    static func github(_ thread: String) -> String { "https://github.com/\(thread)" }
}
