/// A service of AWS: its names and its protocol.
///
/// Any service of these protocols can be described; `botocore/data/<service>` has the names. Its endpoint follows AWS's
/// general rule `<hostPrefix>.<region>.amazonaws.com`, and the user's endpoint settings.
public struct AWSService: Sendable, Hashable, CustomStringConvertible {
    /// The protocol between client and service.
    public enum Wire: Sendable, Hashable {
        /// JSON. The header `X-Amz-Target` has the operation after the prefix `target`.
        case json(target: String, version: JSONVersion = .v1_1)
        /// Requests of form fields, replies in XML, with this API version.
        case query(version: String)
        /// Paths and methods, replies in XML.
        case rest
        /// Paths and methods, replies in JSON.
        case restJSON
    }

    /// The version of the JSON protocol. It changes the content type only.
    public enum JSONVersion: String, Sendable, Hashable {
        /// Older than 1.1: DynamoDB, SQS, Step Functions.
        case v1_0 = "1.0"
        /// Most services.
        case v1_1 = "1.1"
    }

    /// The identifier in this program: `sagemaker`, `logs`.
    public let id: String
    /// The name in messages.
    public let name: String
    /// The protocol.
    public let wire: Wire
    /// The beginning of its host names: `api.sagemaker`.
    public let hostPrefix: String
    /// The service name in signatures.
    public let signingName: String
    /// The suffix of `AWS_ENDPOINT_URL_`: `CLOUDWATCH_LOGS`.
    public let environmentName: String

    /// Names that are nil default to `id`; the environment name is in upper case.
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
    /// Its key in a `services` section of the shared configuration: `cloudwatch_logs`.
    public var sectionName: String { environmentName.lowercased() }

    /// Training jobs.
    public static let sagemaker = AWSService(
        "sagemaker", name: "SageMaker", wire: .json(target: "SageMaker"), hostPrefix: "api.sagemaker")
    /// Image repositories.
    public static let ecr = AWSService(
        "ecr", name: "ECR", wire: .json(target: "AmazonEC2ContainerRegistry_V20150921"), hostPrefix: "api.ecr")
    /// Identities and roles.
    public static let sts = AWSService("sts", name: "STS", wire: .query(version: "2011-06-15"))
    /// Logs of jobs.
    public static let logs = AWSService(
        "logs", name: "CloudWatch Logs", wire: .json(target: "Logs_20140328"), environmentName: "CLOUDWATCH_LOGS")
    /// Batch jobs.
    public static let batch = AWSService("batch", name: "Batch", wire: .restJSON)
    /// Objects. `Endpoint.bucket` gives their addresses.
    public static let s3 = AWSService("s3", name: "S3", wire: .rest)
    /// Roles and policies. There is one endpoint per partition.
    public static let iam = AWSService("iam", name: "IAM", wire: .query(version: "2010-05-08"))
    /// The portal that issues credentials for a single sign-on.
    public static let sso = AWSService(
        "sso", name: "SSO", wire: .restJSON, hostPrefix: "portal.sso", signingName: "awsssoportal")
    /// The tokens of a single sign-on.
    public static let ssoOIDC = AWSService(
        "sso-oidc", name: "SSO OIDC", wire: .restJSON, hostPrefix: "oidc", signingName: "sso-oauth")
}
