internal import LaunchHost

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

    /// What a submitter may not change unless the queue says so: the job's name, and where its permissions, its network and
    /// its outputs are.
    static let protectedPaths = [
        FieldPath([.member("RoleArn")]), FieldPath([.member("VpcConfig")]), FieldPath([.member("OutputDataConfig")]),
        FieldPath([.member("ResourceConfig"), .member("VolumeKmsKeyId")]), FieldPath([.member("TrainingJobName")]),
        FieldPath([.member(rehearsalRole)]), FieldPath([.member(rehearsalPolicy)]),
    ]

    /// The types to try in turn.
    static let instanceTypes = "instance_types"
    /// What becomes of long values.
    static let longEnvironment = "long_environment"
    /// The role whose credentials the containers of a rehearsal get.
    static let rehearsalRole = "rehearsal_role_arn"
    /// What those credentials may do at most.
    static let rehearsalPolicy = "rehearsal_session_policy"

    static let ownKeys = [
        Field(
            instanceTypes, .list(.string), example: "[ml.g5.xlarge, ml.g4dn.2xlarge]",
            help: "Instance types to try in turn, while AWS has none, or the account no quota, of the one before."),
        Field(
            longEnvironment, .choice(["refuse", "split"]), default: .string("refuse"), example: "split",
            help: "What becomes of variables over SageMaker's 512 characters: refuse them, or NAME_0, NAME_1, …"),
        Field(
            rehearsalRole, .string, example: "arn:aws:iam::123456789012:role/rehearsal",
            help: "The role whose credentials a rehearsal's containers get where allow_credentials is true."),
        Field(
            rehearsalPolicy, .either([.map(.any), .string]),
            example: "{Version: \"2012-10-17\", Statement: [{Effect: Allow, Action: \"s3:Get*\", Resource: \"*\"}]}",
            help:
                "The session policy of these credentials. None: all that the role may, but no iam:* and no sts:AssumeRole*."
        ),
    ]
}
