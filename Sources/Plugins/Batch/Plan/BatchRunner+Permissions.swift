internal import LaunchAWS
public import LaunchPluginKit

extension BatchRunner: Permitted {
    /// The IAM permissions of the agent, and of the execution role that a queue names.
    public func permissions(for request: RunRequest) -> [Permission] {
        guard let batch = try? BatchRequest(request) else { return [] }
        return JobPermissions(batch, region: service.knownRegion, account: service.knownAccount, group: logGroup).all
    }

    /// The containers of AWS Batch are tasks of ECS.
    public func trust(of holder: Permission.Holder) -> [String: JSONValue] {
        holder == .job ? ["ecs": Trust.service("ecs-tasks.amazonaws.com")] : [:]
    }
}

/// The permissions that a request needs. `*` replaces unknown parts.
struct JobPermissions {
    private let request: BatchRequest
    private let region: String
    private let account: String
    private let partition: String
    private let group: String

    init(_ request: BatchRequest, region: String?, account: String?, group: String) {
        let queue = ARN(request.queue)
        self.request = request
        self.region = region ?? queue?.region ?? "*"
        self.account = account ?? queue?.account ?? "*"
        partition = queue?.partition ?? region.flatMap { Partition.of(region: $0)?.id } ?? "aws"
        self.group = group
    }

    var all: [Permission] { agent + roles.map(pass) + execution }

    private var properties: JSONValue? { request.definition?["containerProperties"] }

    private func arn(_ service: String, _ resource: String) -> String {
        "arn:\(partition):\(service):\(region):\(account):\(resource)"
    }

    private func batch(_ type: String, _ name: String) -> String {
        name.hasPrefix("arn:") ? name : arn("batch", "\(type)/\(name.isEmpty ? "*" : name)")
    }

    private var agent: [Permission] {
        let definition = request.job["jobDefinition"]?.stringValue ?? ""
        let registered = request.definition != nil
        let pattern = batch("job-definition", registered ? "launch-*" : definition)
        // Without a revision, Batch uses the newest one.
        let revisions = registered || definition.contains(":") ? [pattern] : [pattern, "\(pattern):*"]
        var permissions = [
            Permission(
                .agent, ["batch:SubmitJob"], on: [batch("job-queue", request.queue)] + revisions,
                reason: "submit jobs"),
            Permission(
                .agent, ["batch:TagResource"], on: [arn("batch", "job/*")], reason: "mark jobs with their run"),
            Permission(.agent, ["batch:TerminateJob"], on: [arn("batch", "job/*")], reason: "stop jobs"),
            // These cannot be limited to resources (Service Authorization Reference, Batch).
            Permission(
                .agent,
                ["batch:DescribeJobs", "batch:ListJobs", "batch:DescribeJobDefinitions", "batch:DescribeJobQueues"],
                on: ["*"], reason: "find and watch jobs"),
            Permission(
                .agent, ["logs:FilterLogEvents"], on: [arn("logs", "log-group:\(logGroup):*")],
                reason: "read what jobs print"),
        ]
        if registered {
            permissions.append(
                Permission(
                    .agent, ["batch:RegisterJobDefinition", "batch:DeregisterJobDefinition"], on: [pattern],
                    reason: "make each run's own definition, which has its image, and remove it"))
        }
        if let repository {
            permissions.append(
                Permission(.agent, ["ecr:BatchGetImage"], on: [repository], reason: "pin the image to its digest"))
        }
        return permissions
    }

    private var logGroup: String {
        properties?["logConfiguration"]?["options"]?["awslogs-group"]?.stringValue ?? group
    }

    private var repository: String? {
        ECRPattern.repository(of: request.notes.reference, partition: partition, region: region)
    }

    /// The roles that the agent gives to the job.
    private var roles: [String] {
        ["jobRoleArn", "executionRoleArn"].compactMap { properties?[$0]?.stringValue }.uniqued
    }

    private func pass(_ role: String) -> Permission {
        let arn = role.hasPrefix("arn:") ? role : "arn:\(partition):iam::\(account):role/\(role)"
        return Permission(
            .agent, ["iam:PassRole"], on: [arn],
            condition: .object(["StringEquals": .object(["iam:PassedToService": .string("ecs-tasks.amazonaws.com")])]),
            reason: "give jobs their role")
    }

    /// On Fargate, and on EC2 where a queue names an execution role, that role pulls and logs. Otherwise the role of the
    /// instances does.
    private var execution: [Permission] {
        guard properties?["executionRoleArn"] != nil else { return [] }
        var permissions = [
            Permission(
                .job, ["logs:CreateLogStream", "logs:PutLogEvents"], on: [arn("logs", "log-group:\(logGroup):*")],
                reason: "write what jobs print")
        ]
        if let repository {
            permissions += [
                Permission(.job, ["ecr:GetAuthorizationToken"], on: ["*"], reason: "log in to ECR"),
                Permission(
                    .job, ["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"],
                    on: [repository], reason: "pull the image"),
            ]
        }
        return permissions
    }
}

extension BatchRunner: EnvironmentBound {
    package var isBoundToEnvironment: Bool { true }
}
