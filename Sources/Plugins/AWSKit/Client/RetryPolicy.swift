/// How often a call is tried, with the terms of AWS's own tools.
public struct RetryPolicy: Sendable, Hashable {
    /// The values of `AWS_RETRY_MODE`.
    public enum Mode: String, Sendable, CaseIterable {
        /// Five attempts, without a retry quota.
        case legacy
        /// Three attempts, and a quota that stops retries when most calls fail.
        case standard
        /// As standard; throttled calls also slow down later ones.
        case adaptive
    }

    public var mode: Mode
    /// The number of attempts, including the first; at least 1.
    public var maxAttempts: Int
    /// The longest random wait.
    public var longestWait: Duration

    /// Without `maxAttempts`, the mode's number applies.
    public init(mode: Mode = .standard, maxAttempts: Int? = nil, longestWait: Duration = .seconds(20)) {
        self.mode = mode
        self.maxAttempts = max(1, maxAttempts ?? (mode == .legacy ? 5 : 3))
        self.longestWait = longestWait
    }

    /// The values of `AWS_RETRY_MODE` and `AWS_MAX_ATTEMPTS`, else the profile's `retry_mode` and `max_attempts`.
    /// - Throws: `configuration` for an invalid value.
    public init(variables: [String: String], profile: [String: String] = [:]) throws(AWSError) {
        var mode = Mode.standard
        if let (name, text) = Self.setting("AWS_RETRY_MODE", "retry_mode", variables, profile) {
            guard let known = Mode(rawValue: text.lowercased()) else {
                throw AWSError(
                    .configuration, "\(name) is \"\(text)\", which is not a retry mode.",
                    hint: "Known: \(Mode.allCases.map(\.rawValue).joined(separator: ", ")).")
            }
            mode = known
        }
        var attempts: Int?
        if let (name, text) = Self.setting("AWS_MAX_ATTEMPTS", "max_attempts", variables, profile) {
            guard let number = Int(text), (1...100).contains(number) else {
                throw AWSError(.configuration, "\(name) is \"\(text)\"; it must be a whole number from 1 to 100.")
            }
            attempts = number
        }
        self.init(mode: mode, maxAttempts: attempts)
    }

    private static func setting(
        _ variable: String, _ key: String, _ variables: [String: String], _ profile: [String: String]
    ) -> (name: String, text: String)? {
        if let text = variables[variable], !text.isEmpty { return (variable, text) }
        return profile[key].map { (key, $0) }
    }
}
