package import LaunchPluginKit

extension AWSEnvironment: Inspecting {
    /// Whether the agent's identity has the permissions that the queues need.
    package func inspections(of needs: InspectedNeeds) -> [Inspection] {
        guard !needs.permissions.isEmpty else { return [] }
        return [
            Inspection("permissions") { () async throws(BackendError) in
                do throws(AWSError) {
                    return try await PermissionSimulation(self).verdict(on: needs.permissions)
                } catch {
                    throw error.backendError
                }
            }
        ]
    }
}

/// Asks IAM what the caller's policies would allow. Nothing else is called.
///
/// IAM evaluates the policies of the identity. Policies of the organization, of a session and of resources are not part of
/// it (IAM API Reference, SimulatePrincipalPolicy).
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
        var denied: [String] = []
        do throws(AWSError) {
            let source = try await source(of: caller)
            for permission in permissions { denied += try await denials(of: permission, source) }
        } catch {
            guard error.kind == .auth else { throw error }
            return .warning(
                "not checked: this identity may not use iam:SimulatePrincipalPolicy, which an agent does not need",
                hint: "'launch iam-policy' prints the \(count) actions that the agent needs.")
        }
        guard let first = denied.first else { return .ok("IAM allows the \(count) actions that the queues need") }
        let more =
            denied.count > 1 ? ", and \(denied.count - 1) more: \(denied.dropFirst().joined(separator: ", "))" : ""
        throw AWSError(
            .auth, "\(caller) is not allowed \(first)\(more).",
            hint: "Give its role the policy that 'launch iam-policy' prints.")
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

    private func denials(of permission: Permission, _ source: String) async throws(AWSError) -> [String] {
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
        var denied: [String] = []
        var marker: String?
        var pages = 0
        repeat {
            let answer = try await client.query(
                .read("SimulatePrincipalPolicy"), fields + (marker.map { [(name: "Marker", value: $0)] } ?? []))
            let result = answer["SimulatePrincipalPolicyResult"]
            for item in result?["EvaluationResults"]?.all("member") ?? [] {
                guard item.text("EvalDecision") != "allowed", let action = item.text("EvalActionName") else { continue }
                let text =
                    "\(action) on \(item.text("EvalResourceName") ?? permission.resources.joined(separator: ", "))"
                if !denied.contains(text) { denied.append(text) }
            }
            marker = result?.text("IsTruncated") == "true" ? result?.text("Marker") : nil
            pages += 1
        } while marker != nil && pages < Self.mostPages
        return denied
    }

    /// The keys of a condition on text, with the values that AWS would send.
    private static func context(of condition: JSONValue?) -> [(String, String)] {
        (condition?.objectValue ?? [:]).sorted { $0.key < $1.key }
            .flatMap { _, keys in (keys.objectValue ?? [:]).sorted { $0.key < $1.key } }
            .compactMap { key, value in value.stringValue.map { (key, $0) } }
    }
}

/// A role, as IAM describes it.
package struct IAMRole: Sendable {
    package var arn: String
    /// The document that says who may take it.
    package var trust: JSONValue?

    /// The role of the environment's account; nil if there is none.
    package static func find(named name: String, _ environment: AWSEnvironment) async throws(AWSError) -> IAMRole? {
        let answer: XMLElement
        do throws(AWSError) {
            answer = try await environment.client(.iam).query(.read("GetRole"), ["RoleName": name])
        } catch {
            guard error.code == "NoSuchEntity" else { throw error }
            return nil
        }
        let role = answer["GetRoleResult"]?["Role"]
        guard let arn = role?.text("Arn")?.stripped else {
            throw AWSError(.malformed, "IAM GetRole answered without the role's ARN.")
        }
        // The document is encoded as in a URL.
        let document = role?.text("AssumeRolePolicyDocument").flatMap { URLDecoding.decode($0.stripped) }
        return IAMRole(arn: arn, trust: document.flatMap { try? JSONValue(parsing: $0) })
    }
}
