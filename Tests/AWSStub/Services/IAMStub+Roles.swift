import Foundation
import LaunchHost
import Synchronization

extension IAMStub {
    /// The answer's body after a change of roles and instance profiles. A thing that has parts cannot be deleted, as in
    /// IAM.
    func changed(_ operation: String, _ form: [String: String]) throws(StubError) -> String {
        switch operation {
        case "CreateRole": return try createRole(form)
        case "PutRolePolicy":
            let (role, name) = (try knownRole(form), try name("PolicyName", form))
            let document = try document("PolicyDocument", form)
            state.withLock { $0.inlinePolicies[role, default: [:]][name] = document }
        case "DeleteRolePolicy":
            let (role, name) = (try knownRole(form), try name("PolicyName", form))
            guard state.withLock({ $0.inlinePolicies[role]?.removeValue(forKey: name) }) != nil else {
                throw Self.missing("role policy", name)
            }
        case "DeleteRole": try deleteRole(form)
        case "CreateInstanceProfile":
            let name = try name("InstanceProfileName", form)
            guard state.withLock({ $0.profiles[name] }) == nil else { throw Self.existing("Instance Profile", name) }
            state.withLock { $0.profiles[name] = [] }
            return "<InstanceProfile><Arn>\(arn("instance-profile/\(name)"))</Arn>"
                + "<InstanceProfileName>\(name)</InstanceProfileName><Roles/></InstanceProfile>"
        case "AddRoleToInstanceProfile":
            let (role, profile) = (try knownRole(form), try knownProfile(form))
            guard state.withLock({ $0.profiles[profile] }) == [] else {
                throw StubError("LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")
            }
            state.withLock { $0.profiles[profile] = [role] }
        case "RemoveRoleFromInstanceProfile":
            let (role, profile) = (try knownRole(form), try knownProfile(form))
            guard state.withLock({ $0.profiles[profile] }) == [role] else { throw Self.missing("role", role) }
            state.withLock { $0.profiles[profile] = [] }
        case "DeleteInstanceProfile":
            let profile = try knownProfile(form)
            guard state.withLock({ $0.profiles[profile] }) == [] else {
                throw Self.conflict("roles from instance profile")
            }
            state.withLock { $0.profiles[profile] = nil }
        default: throw StubError("InvalidAction", "There is no \(operation).")
        }
        return ""
    }

    private func createRole(_ form: [String: String]) throws(StubError) -> String {
        let name = try name("RoleName", form)
        guard state.withLock({ $0.roles[name] }) == nil else { throw Self.existing("Role", name) }
        let trust = try document("AssumeRolePolicyDocument", form)
        add(role: name, trust: trust)
        return "<Role><Arn>\(arn("role/\(name)"))</Arn><RoleName>\(name)</RoleName></Role>"
    }

    private func deleteRole(_ form: [String: String]) throws(StubError) {
        let role = try knownRole(form)
        let (policies, profiles) = state.withLock { state in
            (state.inlinePolicies[role] ?? [:], state.profiles.values.filter { $0.contains(role) })
        }
        guard policies.isEmpty else { throw Self.conflict("policies") }
        guard profiles.isEmpty else { throw Self.conflict("roles from instance profile") }
        state.withLock { $0.roles[role] = nil }
    }

    private func knownRole(_ form: [String: String]) throws(StubError) -> String {
        let role = try name("RoleName", form)
        guard state.withLock({ $0.roles[role] }) != nil else { throw Self.missing("role", role) }
        return role
    }

    private func knownProfile(_ form: [String: String]) throws(StubError) -> String {
        let profile = try name("InstanceProfileName", form)
        guard state.withLock({ $0.profiles[profile] }) != nil else { throw Self.missing("instance profile", profile) }
        return profile
    }

    private func name(_ field: String, _ form: [String: String]) throws(StubError) -> String {
        guard let name = form[field], name.wholeMatch(of: /[A-Za-z0-9_+=,.@-]{1,128}/) != nil else {
            throw StubError("ValidationError", "The value of \(field) is not valid.")
        }
        return name
    }

    /// A policy: its JSON, with statements. Both kinds have 10,240 characters at most; blanks count here, but not in IAM.
    private func document(_ field: String, _ form: [String: String]) throws(StubError) -> String {
        guard let text = form[field], text.count <= 10_240, let policy = try? JSONValue(parsing: text),
            policy["Version"]?.stringValue == "2012-10-17", policy["Statement"]?.arrayValue?.isEmpty == false
        else { throw StubError("MalformedPolicyDocument", "Syntax errors in policy.") }
        return text
    }

    private func arn(_ resource: String) -> String { "arn:aws:iam::\(accountID):\(resource)" }

    private static func missing(_ kind: String, _ name: String) -> StubError {
        StubError("NoSuchEntity", "The \(kind) with name \(name) cannot be found.", status: 404)
    }

    private static func existing(_ kind: String, _ name: String) -> StubError {
        StubError("EntityAlreadyExists", "\(kind) with name \(name) already exists.", status: 409)
    }

    private static func conflict(_ what: String) -> StubError {
        StubError("DeleteConflict", "Cannot delete entity, must remove \(what) first.", status: 409)
    }
}
