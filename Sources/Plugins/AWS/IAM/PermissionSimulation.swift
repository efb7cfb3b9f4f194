internal import LaunchPluginKit

/// Asks IAM what the caller's policies would allow. Nothing else is called.
///
/// IAM evaluates the policies of the identity, its permissions boundary, and policies of the organization without
/// conditions. Policies of a session and of resources are not part of it (IAM User Guide, "Testing IAM policies").
struct PermissionSimulation: Sendable {
    private let environment: AWSEnvironment

    /// The maximum number of pages of results for one permission. It bounds the check if a server repeats itself.
    private static let mostPages = 50

    init(_ environment: AWSEnvironment) { self.environment = environment }

    /// - Throws: kind denied with what is not allowed.
    func verdict(on permissions: [Permission]) async throws(AWSError) -> Inspection.Found {
        let count = Set(permissions.flatMap(\.actions)).count
        let caller = try await environment.caller().arn
        if caller.hasSuffix(":root") { return .ok("\(caller) has all permissions") }
        let printed = "'launch iam-policy' prints the \(count) actions that the agent needs."
        if ARN(caller)?.resource.hasPrefix("federated-user/") == true {
            return .warning("not checked: IAM does not simulate the federated user \(caller)", hint: printed)
        }
        var denied: [Denial] = []
        do throws(AWSError) {
            let source = try await source(of: caller)
            for permission in permissions { denied += try await denials(of: permission, source) }
        } catch {
            switch (error.kind, error.code) {
            case (.auth, _):
                return .warning(
                    "not checked: this identity may not use iam:SimulatePrincipalPolicy, which an agent does not need",
                    hint: printed)
            case (_, "NoSuchEntity"):
                // The role has a path that only iam:GetRole tells, such as every role of IAM Identity Center.
                return .warning(
                    "not checked: this identity may not read its own role (iam:GetRole), which an agent does not need",
                    hint: printed)
            default: throw error
            }
        }
        guard !denied.isEmpty else { return .ok("IAM allows the \(count) actions that the queues need") }
        throw Self.error(denied.uniqued, caller)
    }

    /// One call that is not allowed.
    struct Denial: Hashable, Sendable {
        /// The policy that forbids it.
        enum Cause: Hashable, Sendable { case organization, boundary, statement, nothingAllows }

        var text: String
        var cause: Cause
    }

    private static func error(_ denied: [Denial], _ caller: String) -> AWSError {
        let shown = denied.prefix(8).map(\.text)
        let more = denied.count > shown.count ? ", and \(denied.count - shown.count) more" : ""
        let causes = Set(denied.map(\.cause))
        let by: String
        let hint: String
        // A policy that forbids is named first: no other policy can permit the call.
        if causes.contains(.organization) {
            by = "A policy of the organization (SCP) forbids it."
            hint = "Ask the administrator of the organization to allow it. A policy of the role cannot."
        } else if causes.contains(.boundary) {
            by = "The permissions boundary does not allow it."
            hint = "Add the actions to the boundary of the role. 'launch iam-policy' prints all that the agent needs."
        } else if causes.contains(.statement) {
            by = "A statement with the effect Deny forbids it."
            hint = "Remove that statement from the policies of the role, or except these resources from it."
        } else {
            by = "No policy allows it."
            hint = "Give its role the policy that 'launch iam-policy' prints."
        }
        return AWSError(.auth, "\(caller) is not allowed \(shown.joined(separator: ", "))\(more). \(by)", hint: hint)
    }

    /// The user or the role of an identity. The session of a role has a name without the role's path.
    private func source(of caller: String) async throws(AWSError) -> String {
        guard let arn = ARN(caller), arn.service == "sts", arn.resource.hasPrefix("assumed-role/") else {
            return caller
        }
        let name = String(arn.resource.split(separator: "/").dropFirst().first ?? "")
        let plain = "arn:\(arn.partition):iam::\(arn.account):role/\(name)"
        do throws(AWSError) {
            return try await IAMRole.find(named: name, environment)?.arn ?? plain
        } catch {
            guard error.kind == .auth else { throw error }
            return plain
        }
    }

    private func denials(of permission: Permission, _ source: String) async throws(AWSError) -> [Denial] {
        let client = try await environment.client(.iam)
        var fields = [(name: "PolicySourceArn", value: source)]
        fields += permission.actions.enumerated().map { ("ActionNames.member.\($0 + 1)", $1) }
        fields += permission.resources.enumerated().map { ("ResourceArns.member.\($0 + 1)", $1) }
        for (index, (key, value)) in Self.context(of: permission.condition).enumerated() {
            let name = "ContextEntries.member.\(index + 1)"
            fields += [
                ("\(name).ContextKeyName", key), ("\(name).ContextKeyType", "string"),
                ("\(name).ContextKeyValues.member.1", value),
            ]
        }
        var denied: [Denial] = []
        var marker: String?
        var pages = 0
        repeat {
            let answer = try await client.query(
                .read("SimulatePrincipalPolicy"), fields + (marker.map { [(name: "Marker", value: $0)] } ?? []))
            let result = answer["SimulatePrincipalPolicyResult"]
            for item in result?["EvaluationResults"]?.all("member") ?? [] {
                denied += Self.denials(in: item, permission)
            }
            marker = result?.text("IsTruncated") == "true" ? result?.text("Marker") : nil
            pages += 1
        } while marker != nil && pages < Self.mostPages
        return denied
    }

    /// The denials of one action: for each resource if IAM lists them, else for all together.
    private static func denials(in item: XMLElement, _ permission: Permission) -> [Denial] {
        guard let action = item.text("EvalActionName") else { return [] }
        let resources = item["ResourceSpecificResults"]?.all("member") ?? []
        let single = resources.compactMap { resource in
            denial(
                of: action, on: resource.text("EvalResourceName"), resource.text("EvalResourceDecision"), item, resource
            )
        }
        if !single.isEmpty { return single }
        let place = item.text("EvalResourceName") ?? permission.resources.joined(separator: ", ")
        return [denial(of: action, on: place, item.text("EvalDecision"), item, item)].compactMap(\.self)
    }

    private static func denial(
        of action: String, on resource: String?, _ decision: String?, _ item: XMLElement, _ detail: XMLElement
    ) -> Denial? {
        guard decision != "allowed" else { return nil }
        let cause: Denial.Cause =
            if item["OrganizationsDecisionDetail"]?.text("AllowedByOrganizations") == "false" {
                .organization
            } else if detail["PermissionsBoundaryDecisionDetail"]?.text("AllowedByPermissionsBoundary") == "false" {
                .boundary
            } else {
                decision == "explicitDeny" ? .statement : .nothingAllows
            }
        return Denial(text: "\(action) on \(resource ?? "*")", cause: cause)
    }

    /// The keys of a condition on text, with the values that AWS would send.
    private static func context(of condition: JSONValue?) -> [(String, String)] {
        (condition?.objectValue ?? [:]).sorted { $0.key < $1.key }
            .flatMap { _, keys in (keys.objectValue ?? [:]).sorted { $0.key < $1.key } }
            .compactMap { key, value in value.stringValue.map { (key, $0) } }
    }
}
