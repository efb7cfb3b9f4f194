internal import AWS
public import LaunchHost

extension SageMakerRunner {
    /// The plugin's declaration.
    public static let plugin = RunnerPlugin(
        Plugin<any Runner>(
            type: type, summary: "Training jobs on Amazon SageMaker.",
            fields: [
                Field(
                    "account", .string, example: "\"123456789012\"",
                    help: "Account of a RoleArn that is given by name. None: role_arn's, else the ECR image's."),
                Field(
                    "model", .string, example: "training-job-model.json",
                    help:
                        "File of a newer service model to check requests with; see scripts/regenerate-sagemaker-model."),
                Field(
                    "archive_logs", .boolean, default: .bool(false),
                    help: "Copy each ended run's log from CloudWatch into the run's own record, before its end is told."
                ),
            ],
            examples: ["runner:\n  type: sagemaker\n", "runner:\n  type: sagemaker\n  account: \"123456789012\"\n"]
        ) { options, context throws(BackendError) in
            let own = SageMakerOptions(
                account: options.string("account"), model: options.string("model"),
                archivesLogs: options.flag("archive_logs"))
            if let account = own.account, !ARN.isAccount(account) {
                throw BackendError(
                    .invalid, "account is \"\(account)\"; it must be an account's number, twelve digits in quotes.")
            }
            let model = if let path = own.model { try ServiceModel(reading: path) } else { ServiceModel.bundled }
            return SageMakerRunner(
                context.environment as? AWSEnvironment, options: own, model: model, log: context.log)
        },
        template: nil, defaultTemplate: QueueTemplate.defaultText, protectedPaths: QueueTemplate.protectedPaths,
        ownKeys: QueueTemplate.ownKeys, spelling: { ServiceModel.bundled.canonical($0) },
        keyedLists: [FieldPath([.member("Tags")]): "Key"])
}

/// The template of a `sagemaker` queue.
enum QueueTemplate {
    /// What a queue gets that is made without a file: the body of the guide, with what has to be filled in.
    static let defaultText = """
        # The body of CreateTrainingJob: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
        # Keys as AWS writes them, or in snake_case. Fill in what is <REQUIRED>.
        RoleArn: <REQUIRED>             # the role that the job has: its ARN, or its name with path
        ResourceConfig:
          InstanceType: ml.m4.xlarge
          InstanceCount: 1
          VolumeSizeInGB: 2
        OutputDataConfig:
          S3OutputPath: <REQUIRED>      # s3://bucket/prefix; the job's own folder is made below it
        StoppingCondition:
          MaxRuntimeInSeconds: 3600

        # What launch adds, beside the backend's keys:
        # instance_types: [ml.m5.xlarge, ml.m5.2xlarge]   # tried in turn while AWS lacks instances
        # long_environment: split                         # values over 512 characters as NAME_0, NAME_1, …

        """

    /// What a submitter may not change unless the queue says so: where the job's permissions, its network and its outputs
    /// are.
    static let protectedPaths = [
        FieldPath([.member("RoleArn")]), FieldPath([.member("VpcConfig")]), FieldPath([.member("OutputDataConfig")]),
        FieldPath([.member("ResourceConfig"), .member("VolumeKmsKeyId")]),
    ]

    /// The types to try in turn.
    static let instanceTypes = "instance_types"
    /// What becomes of long values.
    static let longEnvironment = "long_environment"

    static let ownKeys = [
        Field(
            instanceTypes, .list(.string), example: "[ml.g5.xlarge, ml.g4dn.2xlarge]",
            help: "Instance types to try in turn, each as a new job, while AWS has none of the one before."),
        Field(
            longEnvironment, .choice(["refuse", "split"]), default: .string("refuse"), example: "split",
            help: "What becomes of variables over SageMaker's 512 characters: refuse them, or NAME_0, NAME_1, …"),
    ]
}
