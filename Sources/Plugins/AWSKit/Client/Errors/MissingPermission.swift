/// A permission that a policy does not grant, as AWS reports it.
public struct MissingPermission: Sendable, Hashable {
    /// `sagemaker:CreateTrainingJob`
    public let action: String
    /// The ARN of the resource, if AWS reports it.
    public let resource: String?

    /// Reads "User: … is not authorized to perform: ACTION on resource: ARN …"
    public init?(_ message: String) {
        guard let found = message.firstMatch(of: /not authorized to perform: ?([a-z0-9-]+:[A-Za-z*]+)/) else {
            return nil
        }
        action = String(found.1)
        resource = message.firstMatch(of: /on resource: ?(\S+)/).map { String($0.1) }
    }

    /// The correction.
    public var hint: String {
        "Allow \(action)\(resource.map { " on \($0)" } ?? ""); 'launch iam-policy' prints the policy that the agent needs."
    }
}
