internal import LaunchAWS
public import LaunchPluginKit

extension SageMakerRunner {
    /// The keys of W&B's runner are members of the request here.
    private static let hints: ConfigHints = {
        let role =
            "write it as RoleArn into the queue's file: it is the role of the jobs; the agent's own role is role_arn of environment"
        let output = "write it into the queue's file: OutputDataConfig: {S3OutputPath: s3://BUCKET/PREFIX}"
        return ConfigHints(keys: [
            "role_arn": role, "role-arn": role, "RoleArn": role, "s3_output_path": output, "s3-output-path": output,
            "S3OutputPath": output, "stopped_run_timeout": "SageMaker always gives 120 seconds",
        ])
    }()

    /// CloudWatch keeps logs. The grace period is that of the documentation of `StopTrainingJob`. The pace fits
    /// `ListTrainingJobs`, which is limited to two calls per second for the whole account.
    private static let capabilities = Capabilities(
        keepsLogs: true, archiveField: archiveField, tellsStops: true, fixedGrace: .seconds(120),
        pace: Capabilities.Pace(shortest: .seconds(1), longest: .seconds(20)),
        costs: .field(priceField))
    private static let archiveField = "archive_logs"
    private static let priceField = "prices"

    /// The plugin's declaration.
    public static let plugin = RunnerPlugin(
        Plugin<any Runner>(
            type: type, summary: "Training jobs on Amazon SageMaker.", capabilities: capabilities,
            fields: [
                Field(
                    "account", .string, example: "\"123456789012\"",
                    help:
                        "Account of a RoleArn that is given by name. Default: that of role_arn, else the caller's."
                ),
                Field(
                    "model", .file, example: "training-job-model.json",
                    help:
                        "File of a newer service model to check requests with; see scripts/regenerate-sagemaker-model."),
                Field(
                    priceField, .file, example: "prices.yaml",
                    help:
                        "File of prices: for the cost of each ended run, and for the costs that plan shows instead of the program's own table."
                ),
                Field(
                    archiveField, .boolean, default: .bool(false),
                    help: "Copy each ended run's log from CloudWatch into the run's record before its end is recorded."
                ),
            ],
            examples: ["runner:\n  type: sagemaker\n", "runner:\n  type: sagemaker\n  account: \"123456789012\"\n"],
            hints: hints
        ) { options, context throws(BackendError) in
            let own = SageMakerOptions(
                account: options.string("account"), model: options.string("model"),
                prices: options.string(priceField))
            if let account = own.account, !ARN.isAccount(account) {
                throw BackendError(
                    .invalid, "account is \"\(account)\"; it must be an account number: twelve digits in quotes.")
            }
            let model = if let path = own.model { try ServiceModel(reading: path) } else { ServiceModel.bundled }
            let prices = if let path = own.prices { try PriceTable(reading: path) } else { PriceTable.bundled }
            return SageMakerRunner(
                context.environment as? AWSEnvironment, options: own, model: model, prices: prices, log: context.log)
        },
        template: nil, defaultTemplate: QueueTemplate.defaultText, protectedPaths: QueueTemplate.protectedPaths,
        ownKeys: QueueTemplate.ownKeys, spelling: { ServiceModel.bundled.canonical($0) },
        keyedLists: [FieldPath([.member("Tags")]): "Key"],
        optionPaths: RunnerPlugin.OptionPaths(
            entryPoint: FieldPath([.member("AlgorithmSpecification"), .member("ContainerEntrypoint")]),
            arguments: FieldPath([.member("AlgorithmSpecification"), .member("ContainerArguments")]),
            environment: FieldPath([.member("Environment")]), runConfig: FieldPath([.member("HyperParameters")]),
            image: FieldPath([.member("AlgorithmSpecification"), .member("TrainingImage")]),
            algorithm: FieldPath([.member("AlgorithmSpecification"), .member("AlgorithmName")])),
        takesText: { ServiceModel.bundled.takesText(at: $0) }, valueUse: QueueTemplate.valueUse,
        foreignKeys: QueueTemplate.foreignKeys, templateFindings: QueueTemplate.findings,
        instanceTypes: { ServiceModel.bundled.instanceTypes })
}
