package import LaunchPluginKit

/// The policy that says who may take a role, evaluated for one service.
///
/// The rules are those of the IAM User Guide, "Policy evaluation logic": a statement with the effect Deny wins, and
/// what no statement allows is refused.
package struct TrustPolicy: Sendable {
    /// Who takes the role.
    package struct Caller: Sendable {
        /// The service's principal: `sagemaker.amazonaws.com`.
        let service: String
        /// The account of the jobs.
        let account: String
        /// The beginning of the ARNs of the jobs: `arn:aws:sagemaker:us-east-1:123456789012:training-job`.
        let source: String

        package init(service: String, account: String, source: String) {
            (self.service, self.account, self.source) = (service, account, source)
        }
    }

    /// What the policy says about a service.
    package enum Verdict: Sendable, Hashable {
        case allowed
        /// Allowed if conditions hold that this program cannot evaluate.
        case depends([String])
        /// Refused, with the reason as a clause.
        case refused(String)
    }

    private let statements: [JSONValue]

    package init(_ document: JSONValue) {
        statements = document["Statement"].map { $0.arrayValue ?? [$0] } ?? []
    }

    package func verdict(on caller: Caller) -> Verdict {
        let results = statements.map { (isAllow: $0["Effect"]?.stringValue == "Allow", Self.result(of: $0, caller)) }
        let denials = statements.indices.filter { statements[$0]["Effect"]?.stringValue == "Deny" }.map {
            results[$0].1
        }
        if denials.contains(.applies) {
            return .refused("a statement with the effect Deny applies to \(caller.service)")
        }
        let open = denials.compactMap(\.open).flatMap(\.self)
        let allowing = results.filter(\.isAllow).map(\.1)
        if allowing.contains(.applies) { return open.isEmpty ? .allowed : .depends(open.uniqued) }
        if let conditions = allowing.lazy.compactMap(\.open).first { return .depends((conditions + open).uniqued) }
        return .refused(Self.reason(allowing, caller))
    }

    private enum Result: Hashable {
        case applies
        /// It applies if these conditions hold.
        case depends([String])
        /// It is about the service, and this condition does not hold.
        case excluded(String)
        case otherAction
        case otherPrincipal

        var open: [String]? { if case .depends(let conditions) = self { conditions } else { nil } }
    }

    private static func reason(_ results: [Result], _ caller: Caller) -> String {
        for case .excluded(let condition) in results {
            return "its condition excludes jobs of the account \(caller.account) (\(condition))"
        }
        return results.contains(.otherAction)
            ? "its statement about \(caller.service) does not allow sts:AssumeRole"
            : "its trust policy does not name the service"
    }

    private static func result(of statement: JSONValue, _ caller: Caller) -> Result {
        guard isAbout(caller.service, statement) else { return .otherPrincipal }
        guard isAboutAssumeRole(statement) else { return .otherAction }
        let conditions = TrustCondition.all(in: statement["Condition"])
        let truths = conditions.map { ($0, $0.truth(for: caller)) }
        if let (condition, _) = truths.first(where: { $0.1 == .no }) { return .excluded(condition.description) }
        let open = truths.filter { $0.1 == .unknown }.map(\.0.key)
        return open.isEmpty ? .applies : .depends(open.uniqued)
    }

    private static func isAbout(_ service: String, _ statement: JSONValue) -> Bool {
        if let others = statement["NotPrincipal"] { return !names(others, service) }
        return statement["Principal"].map { names($0, service) } ?? false
    }

    /// `*`, `{"AWS": "*"}`, or the service.
    private static func names(_ principal: JSONValue, _ service: String) -> Bool {
        if principal.stringValue == "*" || principal["AWS"]?.texts.contains("*") == true { return true }
        return principal["Service"]?.texts.contains { $0 == "*" || $0 == service } ?? false
    }

    private static func isAboutAssumeRole(_ statement: JSONValue) -> Bool {
        // Actions have no case.
        func contains(_ actions: JSONValue) -> Bool {
            actions.texts.contains { IAMPattern($0.lowercased()).matches("sts:assumerole") }
        }
        if let others = statement["NotAction"] { return !contains(others) }
        return statement["Action"].map(contains) ?? false
    }
}
