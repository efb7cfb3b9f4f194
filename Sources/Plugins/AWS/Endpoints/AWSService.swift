/// What an AWS service is called, in the places where it has a name.
public struct AWSService: Sendable, Hashable, CustomStringConvertible {
    /// What it is called here and in messages: `sagemaker`, `logs`.
    public let id: String
    /// What its host names begin with: `api.sagemaker`.
    public let hostPrefix: String
    /// What signatures are for.
    public let signingName: String
    /// What follows `AWS_ENDPOINT_URL_`: `CLOUDWATCH_LOGS`.
    public let environmentName: String

    /// A service from its names; what is nil is the `id`, in upper case for the environment.
    public init(_ id: String, hostPrefix: String? = nil, signingName: String? = nil, environmentName: String? = nil) {
        self.id = id
        self.hostPrefix = hostPrefix ?? id
        self.signingName = signingName ?? id
        self.environmentName = environmentName ?? id.uppercased().split(separator: "-").joined(separator: "_")
    }

    /// The `id`.
    public var description: String { id }
    /// What it is called in a `services` section of the shared configuration: `cloudwatch_logs`.
    public var sectionName: String { environmentName.lowercased() }

    /// Training jobs.
    public static let sagemaker = AWSService("sagemaker", hostPrefix: "api.sagemaker")
    /// Image repositories.
    public static let ecr = AWSService("ecr", hostPrefix: "api.ecr")
    /// Who am I, and roles.
    public static let sts = AWSService("sts")
    /// CloudWatch Logs.
    public static let logs = AWSService("logs", environmentName: "CLOUDWATCH_LOGS")
    /// Objects; `Endpoint.bucket` leads to them.
    public static let s3 = AWSService("s3")
    /// Roles and policies: one endpoint a partition.
    public static let iam = AWSService("iam")
    /// The portal that gives credentials for a single sign-on.
    public static let sso = AWSService("sso", hostPrefix: "portal.sso", signingName: "awsssoportal")
    /// The tokens of a single sign-on.
    public static let ssoOIDC = AWSService("sso-oidc", hostPrefix: "oidc", signingName: "sso-oauth")
}
