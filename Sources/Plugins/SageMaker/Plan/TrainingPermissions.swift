internal import LaunchAWS
public import LaunchPluginKit

/// The IAM permissions that a request needs, of the agent and of the job's role.
struct TrainingPermissions {
    let document: JSONValue
    let partition: String
    let region: String
    let account: String
    /// The URI below which the code of runs is; nil if there is none.
    let codeRoot: String?
    private let role: String

    /// The permissions of a `CreateTrainingJob` document. `*` replaces unknown parts.
    init(_ document: JSONValue, region: String?, codeRoot: String? = nil) {
        self.document = document
        self.codeRoot = codeRoot
        let role = document["RoleArn"]?.stringValue ?? ""
        // A value that is only known at submit is already a '*'.
        let parts = role.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
        let isRole = parts.count == 6 && parts[0] == "arn" && parts[5].hasPrefix("role/")
        self.role = isRole ? role : "*"
        account = isRole ? parts[4] : "*"
        self.region = region ?? "*"
        let known = isRole && parts[1] != "*" ? parts[1] : nil
        partition = known ?? region.flatMap { Partition.of(region: $0)?.id } ?? "aws"
    }

    /// The permissions of the agent and of the job's role.
    var all: [Permission] { agent + job }

    func arn(_ service: String, _ resource: String) -> String {
        "arn:\(partition):\(service):\(region):\(account):\(resource)"
    }

    var logGroup: String { arn("logs", "log-group:\(TrainingLogs.group)") }

    /// The repository of the image, if it is in ECR.
    var imageRepository: String? {
        let image = document["AlgorithmSpecification"]?["TrainingImage"]?.stringValue
        return image.flatMap { ECRPattern.repository(of: $0, partition: partition, region: region) }
    }

    func equal(_ key: String, _ value: String) -> JSONValue {
        .object([value.contains("*") ? "StringLike" : "StringEquals": .object([key: .string(value)])])
    }

    /// A KMS key as an ARN. The ARN of an alias's key is unknown, so an alias becomes any key of the account.
    func key(_ block: String, _ name: String) -> String? {
        guard let key = document[block]?[name]?.stringValue, !key.isEmpty else { return nil }
        if key.hasPrefix("arn:") || key == "*" { return key }
        return arn("kms", key.hasPrefix("alias/") ? "key/*" : "key/\(key)")
    }

    // MARK: Agent

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
        if let plan = document["ResourceConfig"]?["TrainingPlanArn"]?.stringValue {
            permissions.append(
                Permission(.agent, ["sagemaker:CreateTrainingJob"], on: [plan], reason: "use the training plan"))
        }
        if let repository = imageRepository {
            permissions.append(
                Permission(.agent, ["ecr:BatchGetImage"], on: [repository], reason: "pin the image to its digest"))
        }
        permissions += codeUpload
        if let key = key("ResourceConfig", "VolumeKmsKeyId") {
            var condition = equal("kms:ViaService", "sagemaker.\(region).amazonaws.com").objectValue ?? [:]
            condition["Bool"] = .object(["kms:GrantIsForAWSResource": .string("true")])
            permissions.append(
                Permission(
                    .agent, ["kms:CreateGrant"], on: [key], condition: .object(condition),
                    reason: "encrypt the job's volumes, unless its role may do so itself"))
        }
        return permissions
    }
}

extension SageMakerRunner: Permitted {
    /// The IAM permissions of the agent and of the job's role.
    public func permissions(for request: RunRequest) -> [Permission] {
        let notes = RequestNotes(request)
        let role = notes.rehearsalRole.map {
            Permission(
                .agent, ["sts:AssumeRole"], on: [$0], reason: "give the containers of rehearsals their credentials")
        }
        // A rehearsal reads the code on this machine.
        let codeRoot = request.rehearsal == nil ? notes.codeRoot : nil
        return (role.map { [$0] } ?? [])
            + TrainingPermissions(request.document, region: service.knownRegion, codeRoot: codeRoot).all
    }

    /// SageMaker takes the role of its jobs.
    public func trust(of holder: Permission.Holder) -> [String: JSONValue] {
        holder == .job ? ["sagemaker": Trust.service("sagemaker.amazonaws.com")] : [:]
    }
}

extension SageMakerRunner: PullPermitted {
    /// The permissions of the job's role to pull images. SageMaker pulls from its own region.
    public func permissions(toPull images: [String]?) -> [Permission] {
        let region = service.knownRegion ?? "*"
        let partition = service.knownRegion.flatMap { Partition.of(region: $0)?.id } ?? "aws"
        let repositories =
            images?.compactMap { ECRPattern.repository(of: $0, partition: partition, region: region) }
            ?? [ECRPattern.any(partition: partition, region: region)]
        return TrainingPermissions.pull(repositories.uniqued)
    }
}
