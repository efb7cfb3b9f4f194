internal import LaunchPluginKit

/// A role that a template gives by name, with its path: `service-role/training`.
struct RoleName: Sendable, Hashable {
    /// The name of the caller's account in a runner's facts.
    static let accountFact = "account"
    /// The rule of the finding about an unknown account.
    static let rule = "role-account"
    /// How to set the account without a service.
    static let hint = "To settle it offline, write the whole ARN, or 'runner: {type: sagemaker, account: \"…\"}'."
    /// Replaces an unknown account in a document that is not sent.
    private static let open = "*"

    /// The path and the name, without `role/` and without a leading `/`.
    let path: String

    /// Nil for an ARN, a placeholder and a value that is not text.
    init?(_ value: JSONValue) {
        guard let text = value.stringValue, !text.isEmpty, !text.hasPrefix("arn:"), !text.contains("<") else {
            return nil
        }
        let name = text.hasPrefix("role/") ? text.dropFirst("role/".count) : text[...]
        path = String(name.hasPrefix("/") ? name.dropFirst() : name)
    }

    /// The role's ARN. Without an account, IAM reads it as any account's, and SageMaker as invalid.
    func arn(partition: String, account: String?) -> String {
        "arn:\(partition):iam::\(account ?? Self.open):role/\(path)"
    }

    /// The document with a valid account in the role, so that the rest of the role is checked.
    static func withStandIn(_ document: JSONValue) -> JSONValue {
        guard case .object(var members) = document, let role = members["RoleArn"]?.stringValue,
            let range = role.firstRange(of: ":iam::\(open):role/")
        else { return document }
        members["RoleArn"] = .string(
            role[..<range.lowerBound] + ":iam::\(String(repeating: "0", count: 12)):role/" + role[range.upperBound...])
        return .object(members)
    }
}
