internal import LaunchPluginKit

/// The template of a `sagemaker` queue.
enum QueueTemplate {
    /// The template of a queue that is created without a file: an example body with placeholders to fill in.
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
        # code_uri: s3://bucket/code                      # where folders of --code go; default: below S3OutputPath

        """

    /// Paths that a submitter may not change unless the queue allows it: the job's name, permissions, network and
    /// outputs.
    static let protectedPaths = [
        FieldPath([.member("RoleArn")]), FieldPath([.member("VpcConfig")]), FieldPath([.member("OutputDataConfig")]),
        FieldPath([.member("ResourceConfig"), .member("VolumeKmsKeyId")]), FieldPath([.member("TrainingJobName")]),
        FieldPath([.member(rehearsalRole)]), FieldPath([.member(rehearsalPolicy)]), FieldPath([.member(codeURI)]),
    ]

    /// The key of the instance types to try in turn.
    static let instanceTypes = "instance_types"
    /// The key of the rule for long values.
    static let longEnvironment = "long_environment"
    /// The key of the role whose credentials the containers of a rehearsal get.
    static let rehearsalRole = "rehearsal_role_arn"
    /// The key of the session policy that limits these credentials.
    static let rehearsalPolicy = "rehearsal_session_policy"

    /// The key of the place of code in S3.
    static let codeURI = "code_uri"
    /// The key of the rule for sources: `channel` treats them as code beside the image.
    static let code = "code"
    /// The key of the rule for `requirements.txt` of code.
    static let codeRequirements = "code_requirements"

    static let ownKeys = [
        Field(
            instanceTypes, .list(.string), example: "[ml.g5.xlarge, ml.g4dn.2xlarge]",
            help: "Instance types to try in turn if AWS has no capacity, or the account no quota, for one."),
        Field(
            longEnvironment, .choice(["refuse", "split"]), default: .string("refuse"), example: "split",
            help: "Variables over SageMaker's 512 characters: refuse them, or split them into NAME_0, NAME_1, …"),
        Field(
            rehearsalRole, .string, example: "arn:aws:iam::123456789012:role/rehearsal",
            help: "The role whose credentials a rehearsal's containers get if allow_credentials is true."),
        Field(
            rehearsalPolicy, .either([.map(.any), .string]),
            example: "{Version: \"2012-10-17\", Statement: [{Effect: Allow, Action: \"s3:Get*\", Resource: \"*\"}]}",
            help:
                "The session policy of these credentials. Default: the role's permissions, no iam:* or sts:AssumeRole*."
        ),
        Field(
            codeURI, .string, example: "s3://my-bucket/code",
            help: "Where the code of runs with --code is uploaded. Default: 'code' below S3OutputPath."),
        Field(
            code, .choice(["build", "channel"]), default: .string("build"), example: "channel",
            help: "What --source and --git mean: an image to build, or code beside the queue's image as with --code."),
        Field(
            codeRequirements, .boolean, default: .bool(false), example: "true",
            help: "Whether a requirements.txt of the code is installed at each start, before the command."),
    ]
}
