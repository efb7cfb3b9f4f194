/// A source of credentials for the life of the program.
public protocol CredentialsProvider: Sendable {
    /// Credentials that are valid now. Concurrent callers share one fetch.
    func credentials() async throws(AWSError) -> AWSCredentials
    /// Credentials that replace `expired`, which a service has rejected as expired. Concurrent callers share one
    /// fetch.
    func refresh(after expired: AWSCredentials) async throws(AWSError) -> AWSCredentials
}
