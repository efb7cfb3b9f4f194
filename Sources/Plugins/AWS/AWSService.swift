/// A service of AWS: what it is called in the places where it has a name, and how one talks to it.
public struct AWSService: Sendable, Hashable, CustomStringConvertible {
    /// The protocol between client and service.
    public enum Wire: Sendable, Hashable {
        /// JSON 1.1, the operation in a header after this prefix.
        case json(target: String)
        /// Form fields in, XML out, of this version.
        case query(version: String)
        /// Paths and methods, XML out.
        case rest
        /// Paths and methods, JSON out.
        case restJSON
    }

    /// What it is called here: `sagemaker`, `logs`.
    public let id: String
    /// What it is called in messages.
    public let name: String
    /// How one talks to it.
    public let wire: Wire
    /// What its host names begin with: `api.sagemaker`.
    public let hostPrefix: String
    /// What signatures are for.
    public let signingName: String
    /// What follows `AWS_ENDPOINT_URL_`: `CLOUDWATCH_LOGS`.
    public let environmentName: String

    /// A service from its names; what is nil is the `id`, in upper case for the environment.
    public init(
        _ id: String, name: String, wire: Wire, hostPrefix: String? = nil, signingName: String? = nil,
        environmentName: String? = nil
    ) {
        self.id = id
        self.name = name
        self.wire = wire
        self.hostPrefix = hostPrefix ?? id
        self.signingName = signingName ?? id
        self.environmentName = environmentName ?? id.uppercased().split(separator: "-").joined(separator: "_")
    }

    /// The `id`.
    public var description: String { id }
    /// What it is called in a `services` section of the shared configuration: `cloudwatch_logs`.
    public var sectionName: String { environmentName.lowercased() }

    /// Training jobs.
    public static let sagemaker = AWSService(
        "sagemaker", name: "SageMaker", wire: .json(target: "SageMaker"), hostPrefix: "api.sagemaker")
    /// Image repositories.
    public static let ecr = AWSService(
        "ecr", name: "ECR", wire: .json(target: "AmazonEC2ContainerRegistry_V20150921"), hostPrefix: "api.ecr")
    /// Who am I, and roles.
    public static let sts = AWSService("sts", name: "STS", wire: .query(version: "2011-06-15"))
    /// Logs of training jobs.
    public static let logs = AWSService(
        "logs", name: "CloudWatch Logs", wire: .json(target: "Logs_20140328"), environmentName: "CLOUDWATCH_LOGS")
    /// Objects; `Endpoint.bucket` leads to them.
    public static let s3 = AWSService("s3", name: "S3", wire: .rest)
    /// Roles and policies: one endpoint a partition.
    public static let iam = AWSService("iam", name: "IAM", wire: .query(version: "2010-05-08"))
    /// The portal that gives credentials for a single sign-on.
    public static let sso = AWSService(
        "sso", name: "SSO", wire: .restJSON, hostPrefix: "portal.sso", signingName: "awsssoportal")
    /// The tokens of a single sign-on.
    public static let ssoOIDC = AWSService(
        "sso-oidc", name: "SSO OIDC", wire: .restJSON, hostPrefix: "oidc", signingName: "sso-oauth")
}
