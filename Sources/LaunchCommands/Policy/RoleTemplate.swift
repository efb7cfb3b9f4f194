internal import LaunchHost

/// A role with its policies, in the languages of Terraform and CloudFormation.
struct RoleTemplate {
    let holder: Permission.Holder
    let policy: JSONValue
    let trust: JSONValue

    private var name: String { "launch-\(holder.rawValue)" }

    /// The lines are as 'terraform fmt' writes them. Terraform reads JSON as an expression. `${` and `%{` begin templates in its texts.
    func terraform() throws -> String {
        let label = "launch_\(holder.rawValue)"
        return """
            resource "aws_iam_role" "\(label)" {
              name = "\(name)"
              assume_role_policy = jsonencode(\(try Self.expression(trust)))
            }

            resource "aws_iam_role_policy" "\(label)" {
              name = "launch"
              role = aws_iam_role.\(label).id
              policy = jsonencode(\(try Self.expression(policy)))
            }
            """
    }

    private static func expression(_ value: JSONValue) throws -> String {
        try JSON.pretty(value).replacing("${", with: "$${").replacing("%{", with: "%%{")
            .replacing("\n", with: "\n  ")
    }

    /// A template with one role, which gets its name from the stack.
    var cloudFormation: JSONValue {
        let role: JSONValue = .object([
            "Type": .string("AWS::IAM::Role"),
            "Properties": .object([
                "AssumeRolePolicyDocument": trust,
                "Policies": .array([.object(["PolicyName": .string("launch"), "PolicyDocument": policy])]),
            ]),
        ])
        let id = holder == .agent ? "LaunchAgent" : "LaunchJob"
        return .object([
            "AWSTemplateFormatVersion": .string("2010-09-09"),
            "Description": .string("The role of the \(holder.rawValue) of launch"),
            "Resources": .object([id: role]),
            "Outputs": .object([
                "RoleArn": .object(["Value": .object(["Fn::GetAtt": .array([.string(id), .string("Arn")])])])
            ]),
        ])
    }
}
