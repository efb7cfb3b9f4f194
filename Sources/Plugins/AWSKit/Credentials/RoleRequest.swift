internal import FoundationEssentials

/// A request to STS for a role.
package struct RoleRequest: Sendable, Hashable {
    var roleARN: String
    var sessionName: String?
    var externalID: String?
    /// A session policy, as JSON: the credentials allow what both it and the role allow.
    var policy: String?
    /// In seconds, 900 to 43,200; nil is STS's default, an hour.
    var duration: Int?

    package init(
        roleARN: String, sessionName: String? = nil, externalID: String? = nil, policy: String? = nil,
        duration: Int? = nil
    ) {
        self.roleARN = roleARN
        self.sessionName = sessionName
        self.externalID = externalID
        self.policy = policy
        self.duration = duration
    }

    /// The durations that AWS allows for a role's session, in seconds.
    static let durations = 900...43_200

    /// The session name of the request; `launch-` and the time if none is configured.
    func session(at date: Date) -> String {
        sessionName ?? "launch-\(Int64(date.timeIntervalSince1970))"
    }

    /// True if a text is the ARN of a role, in any partition.
    package static func isRoleARN(_ text: String) -> Bool {
        let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        return parts.count == 6 && parts[0] == "arn" && parts[1].hasPrefix("aws") && parts[2] == "iam"
            && parts[4].utf8.count == 12 && parts[4].utf8.allSatisfy { (0x30...0x39).contains($0) }
            && parts[5].hasPrefix("role/") && parts[5].count > 5
    }
}
