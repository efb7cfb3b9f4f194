public import LaunchPluginKit

extension AWSEnvironment: Permitted {
    /// The found credentials need the permission to assume the configured role, which has all other permissions.
    public func permissions(for request: RunRequest) -> [Permission] {
        roleARN.map { [Permission(.agent, ["sts:AssumeRole"], on: [$0], reason: "assume role_arn")] } ?? []
    }

    /// Where an agent runs: an instance, a task of ECS, a pod of EKS with Pod Identity, or with a service account; or
    /// anywhere, with the credentials of a user of the account who may take the role.
    public func trust(of holder: Permission.Holder) -> [String: JSONValue] {
        guard holder == .agent else { return [:] }
        let partition = knownRegion.flatMap { Partition.of(region: $0) }
        let account = roleARN?.split(separator: ":").dropFirst(3).first ?? "<ACCOUNT>"
        return [
            // IAM User Guide, "AWS JSON policy elements: Principal": the account, so its policies decide which users may.
            "account": Trust.policy(
                principal: ["AWS": .string("arn:\(partition?.id ?? "aws"):iam::\(account):root")],
                actions: ["sts:AssumeRole"], condition: nil),
            // Service principals end in amazonaws.com in every partition, but that of EC2 in China's
            // (IAM User Guide, "AWS service principals").
            "ec2": Trust.service(partition?.id == "aws-cn" ? "ec2.amazonaws.com.cn" : "ec2.amazonaws.com"),
            "ecs": Trust.service("ecs-tasks.amazonaws.com"),
            // EKS User Guide, "EKS Pod Identity role".
            "pod-identity": Trust.service("pods.eks.amazonaws.com", actions: ["sts:AssumeRole", "sts:TagSession"]),
            // EKS User Guide, "Assign IAM roles to Kubernetes service accounts".
            "irsa": Trust.policy(
                principal: [
                    "Federated": .string("arn:\(partition?.id ?? "aws"):iam::<ACCOUNT>:oidc-provider/<OIDC_PROVIDER>")
                ],
                actions: ["sts:AssumeRoleWithWebIdentity"],
                condition: [
                    "StringEquals": .object([
                        "<OIDC_PROVIDER>:aud": .string("sts.amazonaws.com"),
                        "<OIDC_PROVIDER>:sub": .string("system:serviceaccount:<NAMESPACE>:<SERVICE_ACCOUNT>"),
                    ])
                ]),
        ]
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
