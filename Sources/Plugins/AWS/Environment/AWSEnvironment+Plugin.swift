internal import LaunchHTTP
public import LaunchPluginKit

extension AWSEnvironment {
    /// The plugin's declaration.
    public static let plugin: Plugin<any Environment> = {
        var plugin = declared
        plugin.databaseLogins = databaseLogins
        return plugin
    }()

    private static let declared = Plugin<any Environment>(
        type: "aws", summary: "Credentials and region as AWS's own tools find them, with automatic refresh.",
        fields: fields,
        examples: [
            "environment:\n  type: aws\n  region: us-east-1\n",
            "environment:\n  type: aws\n  region: eu-west-1\n  profile: training\n",
            """
            environment:
              type: aws
              region: us-west-2
              role_arn: arn:aws:iam::123456789012:role/launch
              external_id: team-42

            """,
        ],
        variables: ProcessVariables(
            prefixes: ["AWS_"],
            forCredentialHelpers: [
                "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE",
            ])
    ) { options, context throws(BackendError) in
        do throws(AWSError) {
            return try AWSEnvironment(options, context)
        } catch {
            throw error.backendError
        }
    }

    private static let fields = [
        Field(
            "region", .string, example: "us-east-1",
            help:
                "AWS region; 'instance' is the EC2 instance's. Default: AWS_REGION, AWS_DEFAULT_REGION, the profile's."),
        Field(
            "profile", .string, example: "training",
            help: "Profile of ~/.aws/config; it precedes keys in variables. Default: AWS_PROFILE, then default."),
        Field(
            "role_arn", .string, example: "arn:aws:iam::123456789012:role/launch",
            help: "Role that the found credentials assume, so that one agent can serve other accounts."),
        Field("external_id", .string, example: "team-42", help: "External ID that the role's trust policy requires."),
        Field(
            "endpoint_url", .string, example: "http://127.0.0.1:5000",
            help: "URL of all services instead of their own hosts, for emulators such as moto."),
    ]

    /// The environment of a block of `launch-config.yaml`.
    convenience init(_ options: Options, _ context: PluginContext) throws(AWSError) {
        let own = AWSEnvironmentOptions(
            region: options.string("region"), profile: options.string("profile"), roleARN: options.string("role_arn"),
            externalID: options.string("external_id"), endpointURL: options.string("endpoint_url"))
        let settings = try ProfileSettings(
            variables: AWSVariables(context.variables), profile: own.profile, region: own.region)
        let http = HTTPClient(
            configuration: .aws(
                variables: context.variables, caBundle: settings.section?.text("ca_bundle"), userAgent: "launch"))
        let profile = ["retry_mode", "max_attempts"].reduce(into: [:]) { $0[$1] = settings.section?.text($1) }
        var runtime = AWSRuntime(
            http: http, clock: context.clock, log: context.log, userAgent: "launch",
            retry: try RetryPolicy(variables: context.variables, profile: profile))
        let record = context.record
        runtime.record = { attempt in
            record(
                ServiceCall(
                    service: attempt.service.id, operation: attempt.operation,
                    error: attempt.error?.backendError.category, duration: attempt.duration))
        }
        try self.init(own, variables: context.variables, runtime: runtime)
    }
}
