public import FoundationEssentials
internal import LaunchHost

/// Which source credentials came from, and why not from each before it, without any secret: for `launch doctor`.
public struct CredentialReport: Sendable, Hashable, Codable, CustomStringConvertible {
    /// One source that was looked at.
    public struct Step: Sendable, Hashable, Codable {
        /// The source.
        public var source: String
        /// Whether it is the one that is used.
        public var isUsed: Bool
        /// Why it is not used, or does not work.
        public var reason: String?
    }

    /// The sources in the order in which they were looked at; the last is the one that is used, if any is.
    public var steps: [Step]
    /// The profile, and who chose it.
    public var profile: String
    /// The region, and who chose it; nil where nobody says one.
    public var region: String?
    /// Whose the credentials are; nil where that could not be found out.
    public var identity: CallerIdentity?
    /// When they end; nil for ones that do not, or where there are none.
    public var expiration: Date?
    /// What went wrong, if anything did.
    public var problem: String?

    /// The report as lines of text.
    public var description: String {
        var lines = ["profile: \(profile)", "region: \(region ?? "none")"]
        for step in steps {
            lines.append("\(step.isUsed ? "used" : "not used"): \(step.source)\(step.reason.map { ": \($0)" } ?? "")")
        }
        if let identity { lines.append("identity: \(identity.arn), account \(identity.account)") }
        if let expiration { lines.append("expires: \(AWSDate.text(expiration))") }
        if let problem { lines.append("problem: \(problem)") }
        return lines.joined(separator: "\n")
    }
}
