public import LaunchHost

extension AWSEnvironment: Permitted {
    /// The found credentials need the permission to assume the configured role, which has all other permissions.
    public func permissions(for request: RunRequest) -> [Permission] {
        roleARN.map { [Permission(.agent, ["sts:AssumeRole"], on: [$0], reason: "assume role_arn")] } ?? []
    }
}
