internal import LaunchPluginKit

/// One call that a simulation does not allow.
struct Denial: Hashable, Sendable {
    /// The policy that is the cause.
    enum Cause: Hashable, Sendable { case organization, boundary, statement, nothingAllows }

    var action: String
    var resource: String
    var cause: Cause

    /// The services whose resources have policies of their own, which the simulation does not know.
    private static let ownPolicies: Set = ["ecr", "elasticfilesystem", "kms", "lambda", "s3", "secretsmanager"]

    /// Whether a policy of the resource may allow the call.
    var mayBeAllowed: Bool {
        cause == .nothingAllows && Self.ownPolicies.contains(action.prefix { $0 != ":" }.description)
    }
}

/// What to do about denials.
struct DenialReport {
    let denied: [Denial]
    let subject: PermissionSimulation.Subject

    /// The most calls that are named.
    private static let mostShown = 6

    /// A warning if policies of the resources may allow all of them.
    /// - Throws: kind auth otherwise.
    func found() throws(AWSError) -> Inspection.Found {
        let certain = denied.filter { !$0.mayBeAllowed }
        guard !certain.isEmpty else {
            return .warning(
                "no policy in IAM allows \(shown(denied)); a policy of the resource may",
                hint: "Add the policy that '\(subject.command)' prints, unless the resource has one.")
        }
        // What forbids is named first: no other policy can permit the call.
        let causes = Set(certain.map(\.cause))
        let (by, hint) =
            if causes.contains(.organization) {
                (
                    "A policy of the organization (SCP) forbids it.",
                    "Ask the administrator of the organization to allow it. A policy of the role cannot."
                )
            } else if causes.contains(.boundary) {
                (
                    "The permissions boundary does not allow it.",
                    "Add the actions to the boundary. '\(subject.command)' prints all that are needed."
                )
            } else if causes.contains(.statement) {
                (
                    "A statement with the effect Deny forbids it.",
                    "Remove the statement from the policies of the role, or except these resources from it."
                )
            } else {
                ("No policy allows it.", "Give the role the policy that '\(subject.command)' prints.")
            }
        throw AWSError(.auth, "\(subject.name) is not allowed \(shown(certain)). \(by)", hint: hint)
    }

    /// The calls, grouped by their resource.
    private func shown(_ denied: [Denial]) -> String {
        let named = denied.prefix(Self.mostShown)
        let groups = named.map(\.resource).uniqued.map { resource in
            Wording.all(named.filter { $0.resource == resource }.map(\.action)) + " on \(resource)"
        }
        let more = denied.count > named.count ? ", and \(denied.count - named.count) more" : ""
        return groups.joined(separator: ", ") + more
    }
}
