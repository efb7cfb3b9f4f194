public import Foundation

/// A call in the stub's record.
public struct StubCall: Sendable {
    /// The name of the stub's service: `sts`, `ecr`, `logs`, `s3`, `imds`, `container`, `sso`, `sagemaker`.
    public let service: String
    public let operation: String
    public let request: StubRequest
    /// The outcome: "answered", or the scripted fault.
    public let outcome: String
    /// The time by the service's clock.
    public let time: Date
}
