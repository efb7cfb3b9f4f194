import Foundation
import LaunchConsole
import LaunchHost
import TestSupport
import Testing

/// Each action of a printed policy exists, and can be limited to the resources beside it, by AWS's Service Authorization
/// Reference of November 2026.
struct AuthorizationTests {
    /// The resources of actions; `*` for actions that cannot be limited. An action may be in several lines.
    private static let reference = """
        * cloudwatch PutMetricData
        * ec2 CreateNetworkInterface CreateNetworkInterfacePermission DeleteNetworkInterface
        * ec2 DeleteNetworkInterfacePermission DescribeDhcpOptions DescribeNetworkInterfaces DescribeSecurityGroups
        * ec2 DescribeSubnets DescribeVpcs
        * ecr GetAuthorizationToken
        * fsx DescribeFileSystems
        * sagemaker ListTrainingJobs
        * ssmmessages CreateControlChannel CreateDataChannel OpenControlChannel OpenDataChannel
        arn:*:ecr:*:*:repository/* ecr BatchCheckLayerAvailability BatchGetImage CompleteLayerUpload CreateRepository
        arn:*:ecr:*:*:repository/* ecr DescribeRepositories GetDownloadUrlForLayer InitiateLayerUpload PutImage
        arn:*:ecr:*:*:repository/* ecr UploadLayerPart
        arn:*:elasticfilesystem:*:*:file-system/* elasticfilesystem ClientMount ClientWrite DescribeFileSystems
        arn:*:elasticfilesystem:*:*:file-system/* elasticfilesystem DescribeMountTargets
        arn:*:iam::*:role/* iam PassRole
        arn:*:iam::*:role/* sts AssumeRole
        arn:*:kms:*:*:key/* kms CreateGrant Decrypt Encrypt GenerateDataKey
        arn:*:lambda:*:*:function:* lambda InvokeFunction
        arn:*:logs:*:*:log-group:* logs CreateLogGroup CreateLogStream DescribeLogStreams FilterLogEvents PutLogEvents
        arn:*:s3:*:*:accesspoint/* s3 ListBucket
        arn:*:s3:*:*:accesspoint/*/object/* s3 DeleteObject GetObject PutObject
        arn:*:s3:::* s3 ListBucket
        arn:*:s3:::*/* s3 DeleteObject GetObject PutObject
        arn:*:s3express:*:*:bucket/* s3express CreateSession
        arn:*:sagemaker:*:*:training-job/* sagemaker AddTags CreateTrainingJob DescribeTrainingJob ListTags
        arn:*:sagemaker:*:*:training-job/* sagemaker StopTrainingJob
        arn:*:sagemaker:*:*:training-plan/* sagemaker CreateTrainingJob
        arn:*:secretsmanager:*:*:secret:* secretsmanager GetSecretValue
        """

    /// A queue that uses all of SageMaker for which a policy is printed.
    private static let queue = """
        RoleArn: arn:aws:iam::123456789012:role/train
        AlgorithmSpecification:
          TrainingInputMode: File
          TrainingImage: "111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/train:v1"
        ResourceConfig:
          InstanceType: ml.m5.xlarge
          InstanceCount: 1
          VolumeSizeInGB: 30
          VolumeKmsKeyId: arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab
        OutputDataConfig: {S3OutputPath: "s3://models/out", KmsKeyId: alias/models}
        StoppingCondition: {MaxRuntimeInSeconds: 3600}
        CheckpointConfig: {S3Uri: "s3://models/checkpoints"}
        TensorBoardOutputConfig: {S3OutputPath: "s3://boards/train"}
        DebugHookConfig: {S3OutputPath: "s3://debug/train"}
        ProfilerConfig: {S3OutputPath: "s3://profiles/train"}
        VpcConfig: {SecurityGroupIds: [sg-0123456789abcdef0], Subnets: [subnet-0123456789abcdef0]}
        RemoteDebugConfig: {EnableRemoteDebug: true}
        Environment: {DATABASE: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:team/db"}
        InputDataConfig:
          - ChannelName: prefix
            DataSource: {S3DataSource: {S3DataType: S3Prefix, S3Uri: "s3://inputs/a"}}
          - ChannelName: manifest
            DataSource: {S3DataSource: {S3DataType: ManifestFile, S3Uri: "s3://inputs/m.json"}}
          - ChannelName: point
            DataSource:
              S3DataSource:
                S3DataType: S3Prefix
                S3Uri: "s3://arn:aws:s3:eu-west-1:123456789012:accesspoint/team/a"
          - ChannelName: efs
            DataSource:
              FileSystemDataSource:
                {FileSystemId: fs-0123456789abcdef0, FileSystemAccessMode: rw, FileSystemType: EFS, DirectoryPath: /a}
          - ChannelName: lustre
            DataSource:
              FileSystemDataSource:
                {FileSystemId: fs-1123456789abcdef0, FileSystemAccessMode: ro, FileSystemType: FSxLustre, DirectoryPath: /a}
        code_uri: s3://models/code
        rehearsal_role_arn: arn:aws:iam::123456789012:role/rehearsal

        """

    private static let places: [String: [String]] = reference.split(separator: "\n").reduce(into: [:]) { places, line in
        let words = line.split(separator: " ").map(String.init)
        for action in words.dropFirst(2) { places["\(words[1]):\(action)", default: []].append(words[0]) }
    }

    private static func matches(_ resource: String, _ place: String) -> Bool {
        if place == "*" { return resource == "*" }
        let parts = place.split(separator: "*", omittingEmptySubsequences: false).map {
            NSRegularExpression.escapedPattern(for: String($0))
        }
        return resource.range(of: "^\(parts.joined(separator: ".*"))$", options: .regularExpression) != nil
    }

    @Test(arguments: ["agent", "job"])
    func `each action exists, and its resources are of a kind to which it can be limited`(_ holder: String) async throws
    {
        let desk = try await SageMakerCommandTests().desk(queue: SageMakerCommandTests.queue)
        let file = try desk.folder.write("all.yaml", Self.queue)
        let config = try desk.folder.write(
            "launch-config.yaml",
            "queues: [train]\nenvironment: {type: aws, region: eu-west-1}\n"
                + "registry: {type: ecr, uri: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/team, "
                + "create_repository: true}\nbuilder: {type: docker}\n")
        var other = desk
        other.variables["LAUNCH_CONFIG"] = config
        let answer = await other.run("iam-policy --for \(holder) --file \(file) -r sagemaker")
        try #require(answer.code == .ok, "\(answer.errors)")
        var actions: Set<String> = []
        for statement in try answer.json()["Statement"]?.arrayValue ?? [] {
            let resources = (statement["Resource"]?.arrayValue ?? []).compactMap(\.stringValue)
            for action in (statement["Action"]?.arrayValue ?? []).compactMap(\.stringValue) {
                actions.insert(action)
                let places = try #require(Self.places[action], "\(action) is not in the reference")
                for resource in resources {
                    #expect(places.contains { Self.matches(resource, $0) }, "\(action) on \(resource): \(places)")
                }
            }
        }
        let expected: Set =
            holder == "agent"
            ? ["sagemaker:CreateTrainingJob", "iam:PassRole", "kms:CreateGrant", "s3:PutObject", "ecr:PutImage"]
            : [
                "s3:DeleteObject", "ssmmessages:OpenDataChannel", "secretsmanager:GetSecretValue",
                "fsx:DescribeFileSystems", "elasticfilesystem:ClientWrite", "ec2:CreateNetworkInterface",
                "kms:Encrypt", "kms:GenerateDataKey", "ecr:BatchGetImage",
            ]
        #expect(actions.isSuperset(of: expected), "\(expected.subtracting(actions))")
    }
}
