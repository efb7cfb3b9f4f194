public import Foundation

/// A call as the stub remembers it.
public struct StubCall: Sendable {
    /// The name of the stub's service: `sts`, `ecr`, `logs`, `s3`, `imds`, `container`, `sso`,
    /// `sagemaker`.
    public let service: String
    /// The operation.
    public let operation: String
    /// The request.
    public let request: StubRequest
    /// What the stub did: "answered", or how the script had it misbehave.
    public let outcome: String
    /// When it came, by the service's clock.
    public let time: Date
}
