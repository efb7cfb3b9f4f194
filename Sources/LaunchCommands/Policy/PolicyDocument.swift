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
