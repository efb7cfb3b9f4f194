internal import LaunchAWS
public import LaunchPluginKit

extension BatchRunner {
    /// Batch forgets an ended job, and with it the names of its log streams, so the log is copied at the end. It marks a
    /// job that was terminated or cancelled. The grace period is that of ECS, unless the agent of the machine is
    /// configured otherwise. 100 jobs take one call.
    private static let capabilities = Capabilities(
        keepsLogs: false, tellsStops: true, fixedGrace: .seconds(30),
        pace: Capabilities.Pace(shortest: .seconds(2), longest: .seconds(30)))

    /// The plugin's declaration.
    public static let plugin = RunnerPlugin(
        Plugin<any Runner>(
            type: type, summary: "Jobs on the job queues of AWS Batch.", capabilities: capabilities,
            fields: [
                Field(
                    "log_group", .string, default: .string(JobLogs.defaultGroup), example: JobLogs.defaultGroup,
                    help: "Log group of jobs whose definition names none. Their output is read from CloudWatch Logs.")
            ],
            examples: ["runner:\n  type: aws-batch\n"]
        ) { options, context in
            BatchRunner(
                context.environment as? AWSEnvironment,
                logGroup: options.string("log_group") ?? JobLogs.defaultGroup, log: context.log)
        },
        template: BatchTemplate.fields, defaultTemplate: BatchTemplate.defaultText,
        protectedPaths: BatchTemplate.protectedPaths,
        optionPaths: RunnerPlugin.OptionPaths(
            entryPoint: FieldPath([.member("command")]), environment: FieldPath([.member("env")]),
            image: FieldPath([.member("image")])),
        valueUse: BatchTemplate.valueUse)
}
