internal import FoundationEssentials

/// What is asked of STS for a role.
struct RoleRequest: Sendable, Hashable {
    var roleARN: String
    var sessionName: String?
    var externalID: String?
    /// A session policy, as JSON: the credentials may do what it and the role both allow.
    var policy: String?
    /// In seconds, 900 to 43,200; without it STS gives an hour.
    var duration: Int?

    /// How long AWS lets a role's session be, in seconds.
    static let durations = 900...43_200

    /// The session's name as it is sent, `launch-` and the time where none is configured.
    func session(at date: Date) -> String {
        sessionName ?? "launch-\(Int64(date.timeIntervalSince1970))"
    }

    /// Whether a text is the ARN of a role, in any partition.
    static func isRoleARN(_ text: String) -> Bool {
        let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        return parts.count == 6 && parts[0] == "arn" && parts[1].hasPrefix("aws") && parts[2] == "iam"
            && parts[4].utf8.count == 12 && parts[4].utf8.allSatisfy { (0x30...0x39).contains($0) }
            && parts[5].hasPrefix("role/") && parts[5].count > 5
    }
}
