import Foundation
public import LaunchHost
import Synchronization
public import TestSupport

/// Identity and Access Management: roles, and the simulation of one policy for all identities.
public final class IAMStub: StubService {
    struct State {
        /// The roles, by name.
        var roles: [String: (arn: String, trust: String)] = [:]
        /// The policies inside of the roles, by the role's name and their own.
        var inlinePolicies: [String: [String: String]] = [:]
        /// The role of each instance profile; an empty list is a profile without one.
        var profiles: [String: [String]] = [:]
        /// What a denial is caused by, as an element of the answer.
        var cause = ""
        /// The policy of all identities; nil denies the simulation itself.
        var policy: JSONValue?
        /// The policies of roles that have another one, by name.
        var policies: [String: JSONValue] = [:]
    }
    let accountID: String
    let state = Mutex(State())

    init(accountID: String) { self.accountID = accountID }

    /// Adds a role that the principal may take.
    public func add(role: String, trusting principal: String = "sagemaker.amazonaws.com") {
        add(
            role: role,
            trust: """
                {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"\(principal)"},\
                "Action":"sts:AssumeRole"}]}
                """)
    }

    /// Adds a role with a trust policy. `path` ends with a slash.
    public func add(role: String, path: String = "", trust: String) {
        state.withLock { $0.roles[role] = ("arn:aws:iam::\(accountID):role/\(path)\(role)", trust) }
    }

    /// Gives a role a policy of its own.
    public func allow(_ policy: JSONValue, to role: String) { state.withLock { $0.policies[role] = policy } }

    /// The policies that later denials are caused by.
    public enum Cause: Sendable {
        case policy, organization, boundary

        var element: String {
            switch self {
            case .policy: ""
            case .organization:
                "<OrganizationsDecisionDetail><AllowedByOrganizations>false</AllowedByOrganizations>"
                    + "</OrganizationsDecisionDetail>"
            case .boundary:
                "<PermissionsBoundaryDecisionDetail><AllowedByPermissionsBoundary>false"
                    + "</AllowedByPermissionsBoundary></PermissionsBoundaryDecisionDetail>"
            }
        }
    }

    /// Determines what later denials are caused by.
    public func deny(by cause: Cause) { state.withLock { $0.cause = cause.element } }

    /// Gives all identities a policy.
    public func allow(_ policy: JSONValue?) { state.withLock { $0.policy = policy } }

    /// The name in scripts.
    public var name: String { "iam" }
    /// All requests must be signed.
    public func isSigned(_ operation: String) -> Bool { true }
    /// Determined by the field `Action`.
    public func operation(of request: StubRequest) -> String? {
        guard request.raw.method == "POST", request.path == "/" else { return nil }
        let form = request.form
        return form["Version"] == "2010-05-08" ? form["Action"] : nil
    }
    /// Replies in the format of the Query protocol.
    public func refusal(_ error: StubError, requestID: String) -> TestAnswer {
        StubText.queryRefusal(error, requestID: requestID)
    }

    /// Executes the call.
    public func answer(_ operation: String, _ request: StubRequest) throws(StubError) -> TestAnswer {
        let form = request.form
        switch operation {
        case "GetRole":
            let name = form["RoleName"] ?? ""
            guard let (arn, trust) = state.withLock({ $0.roles[name] }) else {
                throw StubError("NoSuchEntity", "The role with name \(name) cannot be found.", status: 404)
            }
            let encoded = trust.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
            return result(
                operation,
                "<Role><Arn>\(arn)</Arn><RoleName>\(name)</RoleName>"
                    + "<AssumeRolePolicyDocument>\(encoded)</AssumeRolePolicyDocument></Role>")
        case "SimulatePrincipalPolicy":
            guard let policy = state.withLock({ $0.policy }) else {
                throw StubError("AccessDenied", "Not authorized to perform iam:SimulatePrincipalPolicy", status: 403)
            }
            let source = form["PolicySourceArn"] ?? ""
            let name = source.split(separator: "/").last.map(String.init) ?? ""
            if source.contains(":role/"), state.withLock({ $0.roles[name]?.arn }) != source {
                throw StubError("NoSuchEntity", "The role \(source) cannot be found.", status: 404)
            }
            return result(operation, simulation(form, state.withLock { $0.policies[name] } ?? policy))
        default:
            return result(operation, try changed(operation, form))
        }
    }

    private func simulation(_ form: [String: String], _ policy: JSONValue) -> String {
        func list(_ name: String) -> [String] {
            var all: [String] = []
            while let next = form["\(name).member.\(all.count + 1)"] { all.append(next) }
            return all
        }
        let (resources, cause) = (list("ResourceArns"), state.withLock(\.cause))
        let members = list("ActionNames").flatMap { action in
            (resources.isEmpty ? ["*"] : resources).map { resource in
                let isAllowed = (policy["Statement"]?.arrayValue ?? []).contains { statement in
                    Self.contains(statement["Action"], action) && Self.contains(statement["Resource"], resource)
                }
                return "<member><EvalActionName>\(action)</EvalActionName>"
                    + "<EvalResourceName>\(StubText.escaped(resource))</EvalResourceName>"
                    + "<EvalDecision>\(isAllowed ? "allowed" : "implicitDeny")</EvalDecision>"
                    + "\(isAllowed ? "" : cause)</member>"
            }
        }
        return "<EvaluationResults>\(members.joined())</EvaluationResults><IsTruncated>false</IsTruncated>"
    }

    private static func contains(_ list: JSONValue?, _ text: String) -> Bool {
        let words = list?.arrayValue?.compactMap(\.stringValue) ?? [list?.stringValue].compactMap(\.self)
        return words.contains { $0 == text || $0 == "*" }
    }

    private func result(_ operation: String, _ body: String) -> TestAnswer {
        StubText.xml(
            "<\(operation)Response xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><\(operation)Result>\(body)"
                + "</\(operation)Result><ResponseMetadata><RequestId>stub</RequestId></ResponseMetadata>"
                + "</\(operation)Response>")
    }
}
