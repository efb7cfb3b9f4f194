package import LaunchPluginKit

/// A role, as IAM describes it.
package struct IAMRole: Sendable {
    package var arn: String
    /// The document that says who may take it; nil if it cannot be read.
    package var trust: JSONValue?

    /// The role of the environment's account; nil if there is none.
    /// - Parameter name: the name without its path.
    package static func find(named name: String, _ environment: AWSEnvironment) async throws(AWSError) -> IAMRole? {
        let answer: XMLElement
        do throws(AWSError) {
            answer = try await environment.client(.iam).query(.read("GetRole"), ["RoleName": name])
        } catch {
            guard error.code == "NoSuchEntity" else { throw error }
            return nil
        }
        let role = answer["GetRoleResult"]?["Role"]
        guard let arn = role?.text("Arn")?.stripped else {
            throw AWSError(.malformed, "IAM GetRole answered without the role's ARN.")
        }
        // The document is encoded as in a URL.
        let document = role?.text("AssumeRolePolicyDocument").flatMap { URLDecoding.decode($0.stripped) }
        return IAMRole(arn: arn, trust: document.flatMap { try? JSONValue(parsing: $0) })
    }
}
