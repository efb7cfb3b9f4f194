public import FoundationEssentials
internal import LaunchCore

/// The source of the credentials, and why each earlier source is not used, without any secret. For `launch doctor`.
public struct CredentialReport: Sendable, Hashable, Codable, CustomStringConvertible {
    /// One source that was considered.
    public struct Step: Sendable, Hashable, Codable {
        public var source: String
        /// True if this source is used.
        public var isUsed: Bool
        /// Why it is not used, or does not work.
        public var reason: String?

        package init(source: String, isUsed: Bool, reason: String? = nil) {
            self.source = source
            self.isUsed = isUsed
            self.reason = reason
        }
    }

    /// The sources in the order of the chain. If a source is used, it is the last one.
    public var steps: [Step]
    /// The profile and the origin of its name.
    public var profile: String
    /// The region and the origin of its name; nil without a region.
    public var region: String?
    /// The identity of the credentials; nil if it is unknown.
    public var identity: CallerIdentity?
    /// The expiration time; nil for permanent credentials, and without credentials.
    public var expiration: Date?
    /// The error, if there was one.
    public var problem: String?

    package init(steps: [Step], profile: String, region: String?) {
        self.steps = steps
        self.profile = profile
        self.region = region
    }

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
