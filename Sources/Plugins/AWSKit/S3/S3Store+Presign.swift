internal import FoundationEssentials
public import LaunchCore

extension S3Store {
    /// The action that a presigned URL allows.
    public enum PresignedAction: String, Sendable {
        /// Read the object.
        case get = "GET"
        /// Write the object.
        case put = "PUT"
    }

    /// A URL with which another process reads or writes one object without its own credentials.
    ///
    /// It expires after `life` (1 s to 7 days) or with the credentials, whichever is first. Any holder can use it, so
    /// it is a secret.
    public func presign(
        _ action: PresignedAction, bucket: String, key: String, life: Duration = .seconds(3600)
    ) async throws(AWSError) -> Secret {
        guard life >= .seconds(1), life <= SigV4.longestPresignedLife else {
            throw AWSError(.invalid, "A presigned URL is valid for 1 second to 7 days, not \(life).", service: "S3")
        }
        let place = try place(of: bucket, key)
        var exchange = Exchange(operation: .read("Presign"))
        exchange.hostLabel = place.label
        exchange.path = place.path
        let request = exchange.signingRequest(at: place.client.address)
        let signed = SigningRequest(method: action.rawValue, host: request.host, path: request.path)
        let time = place.client.skew.time(for: place.client.address.host, clock: runtime.clock.now())
        return Secret(
            unmasked: SigV4.presign(
                signed, credentials: try await credentials.credentials(), service: AWSService.s3.signingName,
                region: place.client.region, at: time, expires: life, scheme: place.client.address.scheme))
    }
}
