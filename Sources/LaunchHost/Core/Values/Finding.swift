/// One error or warning of the validate stage about a request.
public struct Finding: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The severity of a finding.
    public enum Severity: String, Sendable, Codable {
        /// The backend would refuse the request, or the request would not do what it says.
        case error
        /// Probably a mistake, but possibly intended.
        case warning
    }

    /// The rule of a finding about a placeholder that its user must replace, such as `<REQUIRED>`.
    public static let placeholder = "placeholder"

    /// The severity.
    public var severity: Severity
    /// The path of the field, in the queue's template or in the request.
    public var path: FieldPath
    /// The problem with the value, and the allowed values.
    public var message: String
    /// What the user can do about it.
    public var hint: String?
    /// The source of the rule, if a service defines it: a document or the model.
    public var source: String?
    /// The short name of the rule, stable between versions, if the validator names its rules: `enum`, `spot-max-wait`.
    public var rule: String?
    /// True if the finding is about the field's name, which is misspelt or unknown, and not about its value.
    public var isAboutName: Bool?
    /// True if the finding is about a value that the agent completes before it sends the request. Only a plan shows it;
    /// a submit and the check of a queue omit it.
    public var isSettledLater: Bool?

    public init(
        _ severity: Severity, at path: FieldPath, _ message: String, hint: String? = nil, source: String? = nil,
        rule: String? = nil, isAboutName: Bool? = nil, isSettledLater: Bool? = nil
    ) {
        self.severity = severity
        self.path = path
        self.message = message
        self.hint = hint
        self.source = source
        self.rule = rule
        self.isAboutName = isAboutName
        self.isSettledLater = isSettledLater
    }

    /// The finding on one line: `error: ResourceConfig.InstanceCount: …`.
    public var description: String {
        let place = path.description
        return "\(severity.rawValue): \(place.isEmpty ? "" : "\(place): ")\(message)\(hint.map { " \($0)" } ?? "")"
    }
}
