/// Where credentials come from, for as long as the program runs.
public protocol CredentialsProvider: Sendable {
    /// Credentials that are good now; whoever asks while they are being fetched waits for the same answer.
    func credentials() async throws(AWSError) -> AWSCredentials
    /// Newer ones than these, of which a service said that they have expired; single flight.
    func refresh(after expired: AWSCredentials) async throws(AWSError) -> AWSCredentials
}
