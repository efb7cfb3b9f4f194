public import LaunchPluginKit

extension ECRRegistry: Permitted {
    /// The agent's permissions to resolve images and to push built ones.
    public func permissions(for request: RunRequest) -> [Permission] {
        let repository = repository.arn.description
        var push = [
            "ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage",
            "ecr:DescribeRepositories",
        ]
        if options.createRepository { push.append("ecr:CreateRepository") }
        return [
            Permission(.agent, ["ecr:GetAuthorizationToken"], on: ["*"], reason: "log in to ECR"),
            Permission(
                .agent, ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"],
                on: [repository], reason: "pin images to their digests"),
            Permission(.agent, push, on: [repository], reason: "push built images"),
        ]
    }
}
