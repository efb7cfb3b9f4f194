public import LaunchPluginKit

extension AWSEnvironment: Permitted {
    /// The found credentials need the permission to assume the configured role, which has all other permissions.
    public func permissions(for request: RunRequest) -> [Permission] {
        roleARN.map { [Permission(.agent, ["sts:AssumeRole"], on: [$0], reason: "assume role_arn")] } ?? []
    }
}

extension AWSEnvironment: PullPermitted {
    /// Logins to ECR, and read access to the repositories. A base image may be in any region.
    public func permissions(toPull images: [String]?) -> [Permission] {
        let partition = knownRegion.flatMap { Partition.of(region: $0)?.id } ?? "aws"
        let repositories =
            images?.compactMap { ECRPattern.repository(of: $0, partition: partition, region: "*") }
            ?? [ECRPattern.any(partition: partition, region: "*")]
        guard !repositories.isEmpty else { return [] }
        return [
            Permission(.agent, ["ecr:GetAuthorizationToken"], on: ["*"], reason: "log in to ECR"),
            Permission(
                .agent, ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], on: repositories.uniqued,
                reason: "look up images that runs name, and pull those that others are built on"),
        ]
    }
}
