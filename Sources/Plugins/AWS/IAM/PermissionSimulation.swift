package import LaunchPluginKit

/// Asks IAM what the caller's policies would allow. Nothing else is called.
///
/// IAM evaluates the policies of the identity, its permissions boundary, and policies of the organization without
/// conditions. Policies of a session and of resources are not part of it (IAM User Guide, "Testing IAM policies").
package struct PermissionSimulation: Sendable {
    private let environment: AWSEnvironment

    /// The maximum number of pages of results for one permission. It bounds the check if a server repeats itself.
    private static let mostPages = 50

    package init(_ environment: AWSEnvironment) { self.environment = environment }

    /// Whether the policies of the caller allow the actions of an agent.
    /// - Throws: kind auth with what is not allowed.
    func verdict(on permissions: [Permission]) async throws(AWSError) -> Inspection.Found {
        let caller = try await environment.caller().arn
        if caller.hasSuffix(":root") { return .ok("\(caller) has all permissions") }
        let subject = Subject(
            name: caller, command: "launch iam-policy",
            // The role has a path that only iam:GetRole tells, such as every role of IAM Identity Center.
            unknown: "this identity may not read its own role (iam:GetRole), which an agent does not need")
        if ARN(caller)?.resource.hasPrefix("federated-user/") == true {
            return .warning("not checked: IAM does not simulate a federated user", hint: subject.listing)
        }
        return try await verdict(on: permissions, of: subject) { () async throws(AWSError) in
            try await source(of: caller)
        }
    }

    /// Whether the policies of a role of the caller's account allow the actions of a job.
    /// - Throws: as the other.
    package func verdict(on permissions: [Permission], ofRole arn: ARN) async throws(AWSError) -> Inspection.Found {
        let subject = Subject(
            name: "The role \(arn)", command: "launch iam-policy --for job", unknown: "IAM does not know the role")
        return try await verdict(on: permissions, of: subject) { arn.description }
    }

    /// Whose policies are simulated.
    struct Subject: Sendable {
        var name: String
        /// The command that prints the policy.
        var command: String
        /// Why IAM may not know it.
        var unknown: String

        var listing: String { "'\(command)' prints the actions that are needed." }
    }

    private func verdict(
        on permissions: [Permission], of subject: Subject, _ source: () async throws(AWSError) -> String
    ) async throws(AWSError) -> Inspection.Found {
        var denied: [Denial] = []
        do throws(AWSError) {
            let source = try await source()
            for permission in Self.merged(permissions) { denied += try await denials(of: permission, source) }
        } catch {
            switch (error.kind, error.code) {
            case (.auth, _):
                return .warning(
                    "not checked: this identity may not use iam:SimulatePrincipalPolicy, which an agent does not need",
                    hint: subject.listing)
            case (_, "NoSuchEntity"):
                return .warning("not checked: \(subject.unknown)", hint: subject.listing)
            default: throw error
            }
        }
        let count = Set(permissions.flatMap(\.actions)).count
        guard !denied.isEmpty else { return .ok("IAM allows the \(count) actions that the queues need") }
        return try DenialReport(denied: denied.uniqued, subject: subject).found()
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

    /// One permission for all with the same actions and the same condition: many queues must not cost many calls.
    static func merged(_ permissions: [Permission]) -> [Permission] {
        var all: [Permission] = []
        for permission in permissions {
            let same = all.firstIndex {
                Set($0.actions) == Set(permission.actions) && $0.condition == permission.condition
            }
            guard let same else {
                all.append(permission)
                continue
            }
            all[same].resources = (all[same].resources + permission.resources).uniqued
        }
        return all
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
        return Denial(action: action, resource: resource ?? "*", cause: cause)
    }

    /// The keys of a condition on text, with the values that AWS would send.
    private static func context(of condition: JSONValue?) -> [(String, String)] {
        (condition?.objectValue ?? [:]).sorted { $0.key < $1.key }
            .flatMap { _, keys in (keys.objectValue ?? [:]).sorted { $0.key < $1.key } }
            .compactMap { key, value in value.stringValue.map { (key, $0) } }
    }
}
