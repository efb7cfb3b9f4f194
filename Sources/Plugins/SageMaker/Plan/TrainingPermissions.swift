internal import AWS
public import LaunchHost

/// What IAM must allow for a request: to the agent, and to the role that the job has.
struct TrainingPermissions {
    private let document: JSONValue
    private let partition: String
    private let region: String
    private let account: String
    private let role: String

    /// The permissions of a `CreateTrainingJob` document. What is not known is a `*`.
    init(_ document: JSONValue, region: String?) {
        self.document = document
        let role = document["RoleArn"]?.stringValue ?? ""
        let arn = ARN(role)
        self.role = arn == nil ? "*" : role
        account = arn?.account ?? "*"
        self.region = region ?? "*"
        partition = arn?.partition ?? region.flatMap { Partition.of(region: $0)?.id } ?? "aws"
    }

    /// All of them.
    var all: [Permission] { agent + job }

    private func arn(_ service: String, _ resource: String, regional: Bool = true) -> String {
        "arn:\(partition):\(service):\(regional ? region : ""):\(account):\(resource)"
    }

    private var logGroup: String { arn("logs", "log-group:\(TrainingLogs.group)") }

    // MARK: the agent

    private var agent: [Permission] {
        var permissions = [
            Permission(
                .agent,
                [
                    "sagemaker:CreateTrainingJob", "sagemaker:DescribeTrainingJob", "sagemaker:StopTrainingJob",
                    "sagemaker:AddTags", "sagemaker:ListTags",
                ], on: [arn("sagemaker", "training-job/*")], reason: "make, watch and stop training jobs"),
            // Lists cannot be limited to resources (Service Authorization Reference, SageMaker).
            Permission(.agent, ["sagemaker:ListTrainingJobs"], on: ["*"], reason: "watch many jobs with few calls"),
            Permission(
                .agent, ["iam:PassRole"], on: [role],
                condition: equal("iam:PassedToService", "sagemaker.amazonaws.com"), reason: "give the job its role"),
            Permission(.agent, ["logs:FilterLogEvents"], on: ["\(logGroup):*"], reason: "read what jobs print"),
        ]
        if let key = key("ResourceConfig", "VolumeKmsKeyId") {
            permissions.append(
                Permission(
                    .agent, ["kms:CreateGrant"], on: [key],
                    condition: .object([
                        "StringEquals": .object(["kms:ViaService": .string("sagemaker.\(region).amazonaws.com")]),
                        "Bool": .object(["kms:GrantIsForAWSResource": .string("true")]),
                    ]), reason: "encrypt the job's volumes, unless its role may do so itself"))
        }
        return permissions
    }

    // MARK: the job's role

    private var job: [Permission] {
        var permissions: [Permission] = []
        let inputs = (document["InputDataConfig"]?.arrayValue ?? []).compactMap {
            $0["DataSource"]?["S3DataSource"]?["S3Uri"]?.stringValue
        }
        let checkpoints = document["CheckpointConfig"]?["S3Uri"]?.stringValue
        let outputs = document["OutputDataConfig"]?["S3OutputPath"]?.stringValue
        let read = (inputs + [checkpoints].compactMap(\.self)).compactMap(objects)
        if !read.isEmpty {
            permissions.append(Permission(.job, ["s3:GetObject"], on: read.uniqued, reason: "read inputs"))
        }
        let write = [outputs, checkpoints].compactMap(\.self).compactMap(objects)
        if !write.isEmpty {
            permissions.append(
                Permission(
                    .job, ["s3:PutObject"] + (checkpoints == nil ? [] : ["s3:DeleteObject"]), on: write.uniqued,
                    reason: "write outputs"))
        }
        let buckets = (inputs + [outputs, checkpoints].compactMap(\.self)).compactMap(bucket)
        if !buckets.isEmpty {
            permissions.append(Permission(.job, ["s3:ListBucket"], on: buckets.uniqued, reason: "find objects"))
        }
        let named = document["AlgorithmSpecification"]?["TrainingImage"]?.stringValue
        if let image = named.flatMap({ try? ImageReference(parsing: $0) }),
            let host = image.host.flatMap({ ECRHost($0) })
        {
            permissions.append(
                Permission(
                    .job,
                    ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
                    on: ["arn:\(partition):ecr:\(host.region):\(host.account):repository/\(image.repository)"],
                    reason: "pull the image"))
            permissions.append(Permission(.job, ["ecr:GetAuthorizationToken"], on: ["*"], reason: "pull the image"))
        }
        permissions.append(
            Permission(
                .job,
                ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                on: [logGroup, "\(logGroup):*"], reason: "print"))
        permissions.append(
            Permission(
                .job, ["cloudwatch:PutMetricData"], on: ["*"],
                condition: equal("cloudwatch:namespace", "/aws/sagemaker/TrainingJobs"), reason: "report metrics"))
        let keys = [key("OutputDataConfig", "KmsKeyId"), key("ResourceConfig", "VolumeKmsKeyId")].compactMap(\.self)
        if !keys.isEmpty {
            permissions.append(
                Permission(
                    .job, ["kms:Decrypt", "kms:GenerateDataKey", "kms:CreateGrant"], on: keys.uniqued,
                    reason: "encrypt outputs and volumes"))
        }
        if document["VpcConfig"]?.objectValue != nil {
            permissions.append(
                Permission(
                    .job,
                    [
                        "ec2:CreateNetworkInterface", "ec2:CreateNetworkInterfacePermission",
                        "ec2:DeleteNetworkInterface", "ec2:DeleteNetworkInterfacePermission",
                        "ec2:DescribeDhcpOptions", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups",
                        "ec2:DescribeSubnets", "ec2:DescribeVpcs",
                    ], on: ["*"], reason: "run in your VPC"))
        }
        return permissions
    }

    private func equal(_ key: String, _ value: String) -> JSONValue {
        .object(["StringEquals": .object([key: .string(value)])])
    }

    /// A KMS key as an ARN: it may be given by its ID or alias as well, and then anything of the account may be meant.
    private func key(_ block: String, _ name: String) -> String? {
        guard let key = document[block]?[name]?.stringValue, !key.isEmpty else { return nil }
        return key.hasPrefix("arn:") ? key : arn("kms", key.hasPrefix("alias/") ? "*" : "key/\(key)")
    }

    private func objects(_ uri: String) -> String? {
        guard let place = place(uri) else { return nil }
        return "arn:\(partition):s3:::\(place.bucket)/\(place.key.isEmpty ? "" : place.key)*"
    }

    private func bucket(_ uri: String) -> String? { place(uri).map { "arn:\(partition):s3:::\($0.bucket)" } }

    private func place(_ uri: String) -> (bucket: String, key: String)? {
        guard uri.hasPrefix("s3://") else { return nil }
        let parts = uri.dropFirst(5).split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let bucket = parts.first, !bucket.isEmpty else { return nil }
        return (String(bucket), parts.count > 1 ? String(parts[1]) : "")
    }
}

extension SageMakerRunner: Permitted {
    /// What the agent and the job's role need of IAM.
    public func permissions(for request: RunRequest) -> [Permission] {
        let role = RequestNotes(request).rehearsalRole.map {
            Permission(
                .agent, ["sts:AssumeRole"], on: [$0], reason: "give the containers of rehearsals their credentials")
        }
        return (role.map { [$0] } ?? []) + TrainingPermissions(request.document, region: service.knownRegion).all
    }
}
