public import LaunchPluginKit

extension ECRRegistry: Permitted {
    private var repositoryARN: String { repository.arn.description }

    /// The agent's permissions to resolve images.
    public func permissions(for request: RunRequest) -> [Permission] {
        [
            Permission(.agent, ["ecr:GetAuthorizationToken"], on: ["*"], reason: "log in to ECR"),
            Permission(
                .agent, ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], on: [repositoryARN],
                reason: "pin images to their digests"),
        ]
    }

    /// The agent's permissions to push built images.
    public func permissionsToPush() -> [Permission] {
        var push = [
            "ecr:BatchCheckLayerAvailability", "ecr:InitiateLayerUpload", "ecr:UploadLayerPart",
            "ecr:CompleteLayerUpload", "ecr:PutImage", "ecr:DescribeRepositories",
        ]
        if options.createRepository { push.append("ecr:CreateRepository") }
        return [Permission(.agent, push, on: [repositoryARN], reason: "push built images")]
    }
}
