/// One thing that validation has to say about a request.
public struct Finding: Sendable, Hashable, Codable, CustomStringConvertible {
    /// How bad it is.
    public enum Severity: String, Sendable, Codable {
        /// The request would be refused, or would not do what it says.
        case error
        /// It may be meant.
        case warning
    }

    /// The rule of a finding about a placeholder that its user must replace, such as `<REQUIRED>`.
    public static let placeholder = "placeholder"

    /// How bad it is.
    public var severity: Severity
    /// The field it is about, in the queue's template or in the request.
    public var path: FieldPath
    /// What is wrong, with the value, and what is allowed.
    public var message: String
    /// What to do about it.
    public var hint: String?
    /// The rule's source, where it is a service's: a document or the model.
    public var source: String?
    /// The short name of the rule, stable between versions, where the validator names its rules: `enum`, `spot-max-wait`.
    public var rule: String?
    /// True where it is about the field's name, which is misspelt or unknown, and not about its value.
    public var isAboutName: Bool?
    /// True where it is about a value that the agent completes before it sends the request. A plan shows it; a submit and a
    /// queue's check need not.
    public var isSettledLater: Bool?

    /// A finding from its parts.
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

    /// `error: ResourceConfig.InstanceCount: …`
    public var description: String {
        let place = path.description
        return "\(severity.rawValue): \(place.isEmpty ? "" : "\(place): ")\(message)\(hint.map { " \($0)" } ?? "")"
    }
}
