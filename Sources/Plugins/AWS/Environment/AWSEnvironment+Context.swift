public import LaunchPluginKit

extension AWSEnvironment {
    /// The environment of a configuration, for a plugin whose backend is a service of AWS.
    ///
    ///     let aws = try AWSEnvironment.of(context, for: "Runs of resource eks")
    ///     let client = try await aws.client(AWSService("eks", name: "EKS", wire: .restJSON))
    ///
    /// - Parameter what: what needs it, as the beginning of an error.
    /// - Throws: `configuration` if the configuration has an environment of another type, or none.
    public static func of(_ context: PluginContext, for what: String) throws(BackendError) -> AWSEnvironment {
        if let environment = context.environment as? AWSEnvironment { return environment }
        throw missing(what).backendError
    }

    /// The error for an environment of another type.
    public static func missing(_ what: String) -> AWSError {
        AWSError(
            .configuration, "\(what) need an environment of type aws; this one has another type.",
            hint: "Write 'environment: {type: aws, region: us-east-1}', with your region, into launch-config.yaml.")
    }
}
