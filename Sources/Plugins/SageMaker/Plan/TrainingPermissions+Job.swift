internal import LaunchAWS
internal import LaunchPluginKit

/// The permissions of the job's role.
extension TrainingPermissions {
    var job: [Permission] {
        data + Self.pull([imageRepository].compactMap(\.self)) + reports + keys + network + fileSystems + others
    }

    /// The permissions to pull images from these repositories; empty if there are none.
    static func pull(_ repositories: [String]) -> [Permission] {
        guard !repositories.isEmpty else { return [] }
        return [
            Permission(
                .job, ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
                on: repositories, reason: "pull the image"),
            Permission(.job, ["ecr:GetAuthorizationToken"], on: ["*"], reason: "pull the image"),
        ]
    }

    // MARK: S3

    private var code: S3Location? { place(codeRoot.map { .string($0) }) }

    /// The permissions of the agent to upload code.
    var codeUpload: [Permission] {
        guard let code else { return [] }
        return [
            (["s3:GetObject", "s3:PutObject"], code.inFolder), (["s3:ListBucket"], code.container),
            (["s3express:CreateSession"], code.directory),
        ].compactMap { actions, resource in
            resource.map { Permission(.agent, actions, on: [$0], reason: "upload the code of runs") }
        }
    }

    private func place(_ value: JSONValue?) -> S3Location? {
        value?.stringValue.flatMap {
            S3Location($0, in: .init(partition: partition, region: region, account: account))
        }
    }

    private func items(_ name: String) -> [JSONValue] { document[name]?.arrayValue ?? [] }

    private var data: [Permission] {
        var read: [String?] = []
        var places: [S3Location] = []
        for channel in items("InputDataConfig") {
            let source = channel["DataSource"]?["S3DataSource"]
            guard let place = place(source?["S3Uri"]) else { continue }
            places.append(place)
            switch source?["S3DataType"]?.stringValue {
            // The objects that a manifest lists are usually in its own bucket, but need not be.
            case "ManifestFile", "AugmentedManifestFile": read += [place.object, place.all]
            default: read.append(place.beginningWithKey)
            }
        }
        let checkpoints = place(document["CheckpointConfig"]?["S3Uri"])
        let owners = ["OutputDataConfig", "TensorBoardOutputConfig", "DebugHookConfig", "ProfilerConfig"]
        let rules = items("DebugRuleConfigurations") + items("ProfilerRuleConfigurations")
        let writers: [JSONValue] = owners.compactMap { document[$0] } + rules
        let outputs: [S3Location?] = writers.map { place($0["S3OutputPath"]) }
        let written = outputs.compactMap(\.self)
        let all = places + written + [checkpoints, code].compactMap(\.self)
        return [
            permission(["s3:GetObject"], on: read + [code?.inFolder], "read inputs"),
            permission(["s3:PutObject"], on: written.map(\.inFolder), "write outputs"),
            permission(
                ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], on: [checkpoints?.inFolder], "keep checkpoints"),
            permission(["s3:ListBucket"], on: all.map(\.container), "find objects"),
            permission(["s3express:CreateSession"], on: all.map(\.directory), "use directory buckets"),
        ].compactMap(\.self)
    }

    private func permission(_ actions: [String], on resources: [String?], _ reason: String) -> Permission? {
        let known = resources.compactMap(\.self).uniqued
        return known.isEmpty ? nil : Permission(.job, actions, on: known, reason: reason)
    }

    // MARK: Every job

    private var reports: [Permission] {
        [
            Permission(
                .job,
                ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                on: [logGroup, "\(logGroup):*"], reason: "print"),
            Permission(
                .job, ["cloudwatch:PutMetricData"], on: ["*"],
                condition: equal("cloudwatch:namespace", "/aws/sagemaker/TrainingJobs"), reason: "report metrics"),
        ]
    }

    private var keys: [Permission] {
        // SageMaker itself requires kms:Encrypt (SageMaker API Reference, OutputDataConfig), and S3 the other two.
        [
            permission(
                ["kms:Encrypt", "kms:GenerateDataKey", "kms:Decrypt"], on: [key("OutputDataConfig", "KmsKeyId")],
                "encrypt outputs"),
            permission(
                ["kms:CreateGrant", "kms:GenerateDataKey", "kms:Decrypt"],
                on: [key("ResourceConfig", "VolumeKmsKeyId")], "encrypt volumes"),
        ].compactMap(\.self)
    }

    private var network: [Permission] {
        guard document["VpcConfig"]?.objectValue != nil else { return [] }
        return [
            Permission(
                .job,
                [
                    "ec2:CreateNetworkInterface", "ec2:CreateNetworkInterfacePermission",
                    "ec2:DeleteNetworkInterface", "ec2:DeleteNetworkInterfacePermission", "ec2:DescribeDhcpOptions",
                    "ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets",
                    "ec2:DescribeVpcs",
                ], on: ["*"], reason: "run in your VPC")
        ]
    }

    private var fileSystems: [Permission] {
        items("InputDataConfig").compactMap { $0["DataSource"]?["FileSystemDataSource"] }.flatMap { source in
            let system = source["FileSystemId"]?.stringValue ?? "*"
            let isWritten = source["FileSystemAccessMode"]?.stringValue != "ro"
            let lustre = Permission(
                .job, ["fsx:DescribeFileSystems"], on: ["*"], reason: "mount the file system of FSx for Lustre")
            let efs = Permission(
                .job,
                [
                    "elasticfilesystem:ClientMount", "elasticfilesystem:DescribeFileSystems",
                    "elasticfilesystem:DescribeMountTargets",
                ] + (isWritten ? ["elasticfilesystem:ClientWrite"] : []),
                on: [arn("elasticfilesystem", "file-system/\(system)")], reason: "mount the file system of EFS")
            return switch source["FileSystemType"]?.stringValue {
            case "FSxLustre": [lustre]
            case "EFS": [efs]
            // A type that is only known at submit may be either.
            default: [lustre, efs]
            }
        }
    }

    // MARK: Some jobs

    private var others: [Permission] {
        var permissions: [Permission?] = []
        if document["RemoteDebugConfig"]?["EnableRemoteDebug"]?.boolValue == true {
            permissions.append(
                Permission(
                    .job,
                    [
                        "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
                        "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
                    ], on: ["*"], reason: "let Systems Manager into the container"))
        }
        let login = document["AlgorithmSpecification"]?["TrainingImageConfig"]?["TrainingRepositoryAuthConfig"]
        permissions.append(
            permission(
                ["lambda:InvokeFunction"], on: [login?["TrainingRepositoryCredentialsProviderArn"]?.stringValue],
                "log in to the private registry"))
        permissions.append(
            permission(["secretsmanager:GetSecretValue"], on: secrets, "read secrets"))
        return permissions.compactMap(\.self)
    }

    /// The secrets whose ARNs are in the document.
    private var secrets: [String?] {
        var found: [String] = []
        func look(_ value: JSONValue) {
            switch value {
            case .string(let text):
                for match in text.matches(of: /arn:[a-z*-]+:secretsmanager:[a-z0-9*-]+:[0-9*]+:secret:([^:\s"',;]+)/) {
                    // The service appends a hyphen and six characters to a name; an ARN may omit them.
                    let isWhole = match.1.wholeMatch(of: /.*-[A-Za-z0-9]{6}/) != nil || match.1.hasSuffix("*")
                    found.append(isWhole ? String(match.0) : "\(match.0)-??????")
                }
            case .array(let items): items.forEach(look)
            case .object(let members): members.sorted { $0.key < $1.key }.forEach { look($0.value) }
            default: break
            }
        }
        look(document)
        return found
    }
}
