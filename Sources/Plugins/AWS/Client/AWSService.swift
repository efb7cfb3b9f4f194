/// A service as the client sees it: its name for people, its name in signatures, and how one talks to it.
public struct AWSService: Sendable, Hashable {
    /// The protocol between client and service.
    public enum Wire: Sendable, Hashable {
        /// JSON 1.1, the operation in a header after this prefix.
        case json(target: String)
        /// Form fields in, XML out, of this version.
        case query(version: String)
        /// Paths and methods, XML out.
        case rest
    }

    /// The name in messages.
    public var name: String
    /// The name in the scope of a signature.
    public var signingName: String
    /// How one talks to it.
    public var wire: Wire

    /// A service from its parts.
    public init(_ name: String, signingName: String, wire: Wire) {
        self.name = name
        self.signingName = signingName
        self.wire = wire
    }

    /// Amazon SageMaker.
    public static let sageMaker = AWSService("SageMaker", signingName: "sagemaker", wire: .json(target: "SageMaker"))
    /// Amazon Elastic Container Registry.
    public static let ecr = AWSService(
        "ECR", signingName: "ecr", wire: .json(target: "AmazonEC2ContainerRegistry_V20150921"))
    /// Amazon CloudWatch Logs.
    public static let logs = AWSService("CloudWatch Logs", signingName: "logs", wire: .json(target: "Logs_20140328"))
    /// AWS Security Token Service.
    public static let sts = AWSService("STS", signingName: "sts", wire: .query(version: "2011-06-15"))
    /// AWS Identity and Access Management.
    public static let iam = AWSService("IAM", signingName: "iam", wire: .query(version: "2010-05-08"))
    /// Amazon Simple Storage Service.
    public static let s3 = AWSService("S3", signingName: "s3", wire: .rest)
}
