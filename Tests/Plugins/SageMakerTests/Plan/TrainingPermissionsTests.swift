import LaunchHost
import Testing

@testable import LaunchSageMaker

/// What a template uses is permitted, and nothing of it where the template does not use it.
struct TrainingPermissionsTests {
    private func resources(
        _ action: String, holder: Permission.Holder = .job, _ more: [String: JSONValue], region: String? = "us-east-1"
    ) throws -> Set<String> {
        let template = TrainingWorld.template.merging(more) { $1 }
        let permissions = TrainingPermissions(.object(template), region: region).all
        return Set(permissions.filter { $0.holder == holder && $0.actions.contains(action) }.flatMap(\.resources))
    }

    private func json(_ text: String) throws -> [String: JSONValue] {
        try #require(try JSONValue(parsing: text).objectValue)
    }

    @Test func `a plain job has nothing of what it does not use`() throws {
        let permissions = TrainingPermissions(.object(TrainingWorld.template), region: "us-east-1").all
        let services = Set(permissions.flatMap(\.actions).map { String($0.prefix { $0 != ":" }) })
        #expect(services == ["sagemaker", "iam", "logs", "s3", "cloudwatch"])
        #expect(try resources("s3:DeleteObject", [:]).isEmpty)
        #expect(try resources("s3:PutObject", [:]) == ["arn:aws:s3:::bucket/out/*"])
    }

    @Test func `remote debugging talks to Systems Manager`() throws {
        for action in ["CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel"] {
            let on = try json(#"{"RemoteDebugConfig": {"EnableRemoteDebug": true}}"#)
            #expect(try resources("ssmmessages:\(action)", on) == ["*"])
            let off = try json(#"{"RemoteDebugConfig": {"EnableRemoteDebug": false}}"#)
            #expect(try resources("ssmmessages:\(action)", off).isEmpty)
        }
    }

    @Test func `inputs are read as their type says`() throws {
        func input(_ type: String) throws -> [String: JSONValue] {
            try json(
                #"{"InputDataConfig": [{"ChannelName": "train", "DataSource": {"S3DataSource": {"S3DataType": "\#(type)", "#
                    + #""S3Uri": "s3://data/tr/train"}}}]}"#)
        }
        #expect(try resources("s3:GetObject", input("S3Prefix")) == ["arn:aws:s3:::data/tr/train*"])
        for type in ["ManifestFile", "AugmentedManifestFile"] {
            #expect(
                try resources("s3:GetObject", input(type)) == ["arn:aws:s3:::data/tr/train", "arn:aws:s3:::data/*"])
        }
        #expect(try resources("s3:ListBucket", input("S3Prefix")) == ["arn:aws:s3:::data", "arn:aws:s3:::bucket"])
    }

    @Test func `checkpoints are read written and deleted`() throws {
        let checkpoints = try json(#"{"CheckpointConfig": {"S3Uri": "s3://keep/ck"}}"#)
        for action in ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"] {
            #expect(try resources(action, checkpoints).contains("arn:aws:s3:::keep/ck/*"))
        }
        #expect(try resources("s3:DeleteObject", checkpoints) == ["arn:aws:s3:::keep/ck/*"])
    }

    @Test(arguments: [
        #"{"TensorBoardOutputConfig": {"S3OutputPath": "s3://other/p"}}"#,
        #"{"DebugHookConfig": {"S3OutputPath": "s3://other/p"}}"#,
        #"{"ProfilerConfig": {"S3OutputPath": "s3://other/p"}}"#,
        #"{"DebugRuleConfigurations": [{"S3OutputPath": "s3://other/p"}]}"#,
        #"{"ProfilerRuleConfigurations": [{"S3OutputPath": "s3://other/p"}]}"#,
    ])
    func `every place that is written to`(_ text: String) throws {
        #expect(
            try resources("s3:PutObject", json(text)) == ["arn:aws:s3:::bucket/out/*", "arn:aws:s3:::other/p/*"])
    }

    @Test func `file systems`() throws {
        func system(_ type: String, _ mode: String) throws -> [String: JSONValue] {
            try json(
                #"{"InputDataConfig": [{"ChannelName": "train", "DataSource": {"FileSystemDataSource": {"#
                    + #""FileSystemId": "fs-0123456789", "FileSystemType": "\#(type)", "FileSystemAccessMode": "\#(mode)"}}}]}"#
            )
        }
        let efs = "arn:aws:elasticfilesystem:us-east-1:123456789012:file-system/fs-0123456789"
        #expect(try resources("elasticfilesystem:ClientMount", system("EFS", "ro")) == [efs])
        #expect(try resources("elasticfilesystem:ClientWrite", system("EFS", "ro")).isEmpty)
        #expect(try resources("elasticfilesystem:ClientWrite", system("EFS", "rw")) == [efs])
        #expect(try resources("fsx:DescribeFileSystems", system("EFS", "rw")).isEmpty)
        #expect(try resources("fsx:DescribeFileSystems", system("FSxLustre", "ro")) == ["*"])
        #expect(try resources("elasticfilesystem:ClientMount", system("FSxLustre", "ro")).isEmpty)
    }

    @Test func `secrets`() throws {
        let arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:team/wandb"
        let told = try json(
            #"{"Environment": {"A": "\#(arn)-AbCdEf", "B": "\#(arn)", "C": "\#(arn)-AbCdEf:key::"}}"#)
        #expect(try resources("secretsmanager:GetSecretValue", told) == ["\(arn)-AbCdEf", "\(arn)-??????"])
    }

    @Test func `a private registry's login is a function's`() throws {
        let function = "arn:aws:lambda:us-east-1:123456789012:function:login"
        let config = try json(
            #"{"AlgorithmSpecification": {"TrainingImageConfig": {"TrainingRepositoryAuthConfig": {"#
                + #""TrainingRepositoryCredentialsProviderArn": "\#(function)"}}}}"#)
        #expect(try resources("lambda:InvokeFunction", config) == [function])
    }

    @Test func `images of other accounts are looked up and pulled`() throws {
        let image = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training"
        let repository: Set = ["arn:aws:ecr:us-east-1:763104351884:repository/pytorch-training"]
        for reference in [image, "\(image):2.3", "\(image)@sha256:\(String(repeating: "a", count: 64))", "\(image):*"] {
            let config = try json(#"{"AlgorithmSpecification": {"TrainingImage": "\#(reference)"}}"#)
            #expect(try resources("ecr:BatchGetImage", holder: .agent, config) == repository)
            #expect(try resources("ecr:BatchGetImage", config) == repository)
        }
    }

    @Test func `a training plan is a resource too`() throws {
        let plan = "arn:aws:sagemaker:us-east-1:123456789012:training-plan/p"
        let config = try json(#"{"ResourceConfig": {"TrainingPlanArn": "\#(plan)"}}"#)
        #expect(try resources("sagemaker:CreateTrainingJob", holder: .agent, config).contains(plan))
    }

    @Test func `outputs and volumes need other uses of their keys`() throws {
        func arn(_ key: String) -> String { "arn:aws:kms:us-east-1:123456789012:key/\(key)" }
        let config = try json(
            #"{"ResourceConfig": {"VolumeKmsKeyId": "\#(arn("v"))"}, "OutputDataConfig": {"KmsKeyId": "\#(arn("o"))"}}"#
        )
        #expect(try resources("kms:Encrypt", config) == [arn("o")])
        #expect(try resources("kms:CreateGrant", config) == [arn("v")])
        #expect(try resources("kms:GenerateDataKey", config) == [arn("o"), arn("v")])
    }

    @Test func `a condition with an open region is a pattern`() throws {
        let config = try json(#"{"ResourceConfig": {"VolumeKmsKeyId": "alias/volumes"}}"#)
        let template = TrainingWorld.template.merging(config) { $1 }
        let permissions = TrainingPermissions(.object(template), region: nil).all
        let grant = try #require(permissions.first { $0.holder == .agent && $0.actions == ["kms:CreateGrant"] })
        #expect(grant.condition?["StringLike"]?["kms:ViaService"] == .string("sagemaker.*.amazonaws.com"))
        #expect(grant.resources == ["arn:aws:kms:*:123456789012:key/*"])
    }
}
