internal import LaunchHost

/// A role that a template gives by its name, with its path: `service-role/training`.
struct RoleName: Sendable, Hashable {
    /// What the account of the caller is called among a runner's facts.
    static let accountFact = "account"
    /// The rule of the finding that the account is not known.
    static let rule = "role-account"
    /// How the account is settled without a service.
    static let hint = "To settle it offline, write the whole ARN, or 'runner: {type: sagemaker, account: \"…\"}'."
    /// Stands for an account that is not known yet, in a document that is not sent.
    private static let open = "*"

    /// The path and the name, without `role/` and without `/` at the beginning.
    let path: String

    /// A role's name; nil for an ARN, a placeholder and a value that is not text.
    init?(_ value: JSONValue) {
        guard let text = value.stringValue, !text.isEmpty, !text.hasPrefix("arn:"), !text.contains("<") else {
            return nil
        }
        let name = text.hasPrefix("role/") ? text.dropFirst("role/".count) : text[...]
        path = String(name.hasPrefix("/") ? name.dropFirst() : name)
    }

    /// The role's ARN; without an account one that IAM reads as any account's and that SageMaker takes for none.
    func arn(partition: String, account: String?) -> String {
        "arn:\(partition):iam::\(account ?? Self.open):role/\(path)"
    }

    /// A document whose role is checked as if its account were known.
    static func withStandIn(_ document: JSONValue) -> JSONValue {
        guard case .object(var members) = document, let role = members["RoleArn"]?.stringValue,
            let range = role.firstRange(of: ":iam::\(open):role/")
        else { return document }
        members["RoleArn"] = .string(
            role[..<range.lowerBound] + ":iam::\(String(repeating: "0", count: 12)):role/" + role[range.upperBound...])
        return .object(members)
    }
}
