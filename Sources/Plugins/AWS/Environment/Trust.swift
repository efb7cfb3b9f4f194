public import LaunchPluginKit

/// Policies that let a service take a role.
public enum Trust {
    /// The policy for a service, by its principal: `ec2.amazonaws.com`.
    public static func service(_ principal: String, actions: [String] = ["sts:AssumeRole"]) -> JSONValue {
        policy(principal: ["Service": .string(principal)], actions: actions, condition: nil)
    }

    static func policy(
        principal: [String: JSONValue], actions: [String], condition: [String: JSONValue]?
    ) -> JSONValue {
        var statement: [String: JSONValue] = [
            "Effect": .string("Allow"), "Principal": .object(principal),
            "Action": actions.count == 1 ? .string(actions[0]) : .array(actions.map { .string($0) }),
        ]
        statement["Condition"] = condition.map { .object($0) }
        return .object(["Version": .string("2012-10-17"), "Statement": .array([.object(statement)])])
    }
}
