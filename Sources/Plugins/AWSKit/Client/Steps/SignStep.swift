internal import FoundationEssentials
internal import LaunchCore
internal import LaunchCrypto
internal import LaunchHTTP

/// Signs the request with the credentials and the time of this attempt.
struct SignStep: Step {
    let service: AWSService
    let region: String
    let address: ServiceAddress
    let clock: HostClock
    let skew: ClockSkew

    func perform(_ exchange: Exchange, next: Next) async throws(AWSError) -> Answer {
        guard let credentials = exchange.credentials else { return try await next(exchange) }
        var exchange = exchange
        let request = exchange.signingRequest(at: address)
        let fields = SigV4.sign(
            request, credentials: credentials, service: service.signingName, region: region,
            at: skew.time(for: address.host, clock: clock.now()), payload: .hash(exchange.payload.sha256))
        exchange.headers += fields
        return try await next(exchange)
    }
}

extension Exchange {
    /// The request in the form that is signed.
    func signingRequest(at address: ServiceAddress) -> SigningRequest {
        let address = hostLabel.map(address.prefixed) ?? address
        return SigningRequest(
            method: method.rawValue, host: address.host, path: address.basePath + path, query: query, headers: headers)
    }
}

extension Exchange.Payload {
    /// The SHA-256 of the body, as 64 hexadecimal digits.
    var sha256: String {
        switch self {
        case .none: SHA256.hex([])
        case .bytes(let bytes): SHA256.hex(bytes)
        case .file(_, _, _, let sha256): sha256
        }
    }
}
