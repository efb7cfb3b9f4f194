internal import LaunchHost

/// Permissions as an IAM policy document. Permissions that differ only in actions or only in resources share a
/// statement.
struct PolicyDocument {
    private struct Statement {
        var actions: [String]
        var resources: [String]
        var condition: JSONValue?
    }

    private var statements: [Statement] = []

    init(_ permissions: [Permission]) {
        for permission in permissions {
            let (actions, resources) = (permission.actions.sorted(), permission.resources.sorted())
            if let index = statements.firstIndex(where: {
                $0.condition == permission.condition && $0.resources == resources
            }) {
                statements[index].actions = Set(statements[index].actions + actions).sorted()
            } else if let index = statements.firstIndex(where: {
                $0.condition == permission.condition && $0.actions == actions
            }) {
                statements[index].resources = Set(statements[index].resources + resources).sorted()
            } else {
                statements.append(Statement(actions: actions, resources: resources, condition: permission.condition))
            }
        }
    }

    /// Whether the policy allows nothing.
    var isEmpty: Bool { statements.isEmpty }

    /// The most characters of one managed policy, and of the inline policies of a role together; white space does not
    /// count (IAM User Guide, "IAM and AWS STS quotas").
    private static let (mostManaged, mostInline) = (6144, 10_240)

    /// What to do about a policy that is too large for IAM; nil if it is not.
    func sizeNote() throws -> String? {
        let size = try JSON.canonical(json).count { !$0.isWhitespace }
        guard size > Self.mostManaged else { return nil }
        let use =
            size > Self.mostInline
            ? "and the inline policies of a role at most \(Self.mostInline)"
            : "so attach it as an inline policy"
        return "the policy has \(size) characters, and a managed policy has at most \(Self.mostManaged), \(use); "
            + "--queue prints it for some of the queues"
    }

    var json: JSONValue {
        .object([
            "Version": .string("2012-10-17"),
            "Statement": .array(
                statements.map { statement in
                    var members: [String: JSONValue] = [
                        "Effect": .string("Allow"), "Action": .array(statement.actions.map { .string($0) }),
                        "Resource": .array(statement.resources.map { .string($0) }),
                    ]
                    members["Condition"] = statement.condition
                    return .object(members)
                }),
        ])
    }
}
