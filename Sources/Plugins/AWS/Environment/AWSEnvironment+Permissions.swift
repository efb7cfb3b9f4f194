public import LaunchHost

extension AWSEnvironment: Permitted {
    /// The found credentials must be allowed to assume the configured role; all else is that role's.
    public func permissions(for request: RunRequest) -> [Permission] {
        roleARN.map { [Permission(.agent, ["sts:AssumeRole"], on: [$0], reason: "assume role_arn")] } ?? []
    }
}
