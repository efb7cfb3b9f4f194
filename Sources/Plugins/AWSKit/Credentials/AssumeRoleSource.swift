internal import LaunchCore

/// A role that other credentials assume: `role_arn` of a profile, or of the environment in `launch-config.yaml`.
struct AssumeRoleSource: CredentialSource {
    let name: String
    let request: RoleRequest
    /// The credentials that assume the role. They refresh themselves.
    let source: any CredentialsProvider
    let context: SourceContext

    func fetch() async throws(AWSError) -> AWSCredentials {
        do throws(AWSError) {
            return try await context.sts.assumeRole(request, at: context.clock.now(), as: source)
        } catch {
            guard error.service != nil, error.kind == .auth else { throw error }
            var error = error
            error.hint =
                "The trust policy of \(request.roleARN) must let these credentials call sts:AssumeRole"
                + (request.externalID == nil ? "; some require an external_id." : " with that external_id.")
            throw error
        }
    }
}
