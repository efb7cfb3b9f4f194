internal import FoundationEssentials
internal import LaunchCore

/// Adds the credentials, and repairs two temporary causes of a refusal: expired credentials and a wrong clock. Each
/// is repaired once per call and does not count as an attempt, because the service did nothing.
struct CredentialsStep: Step {
    let provider: (any CredentialsProvider)?
    let host: String
    let skew: ClockSkew
    let clock: HostClock
    let log: Logger

    func perform(_ exchange: Exchange, next: Next) async throws(AWSError) -> Answer {
        var exchange = exchange
        guard exchange.operation.isSigned else { return try await next(exchange) }
        guard let provider else {
            throw AWSError(.configuration, "This client has no credentials.")
        }
        var credentials = try await provider.credentials()
        var renewed = false
        var corrected = false
        while true {
            exchange.credentials = credentials
            let offset = skew.offset(of: host)
            do throws(AWSError) {
                return try await next(exchange)
            } catch {
                // The reply to HEAD has no code. The difference of the clocks alone decides then.
                let code = error.code ?? (error.status == 403 ? "RequestTimeTooSkewed" : nil)
                if !corrected,
                    skew.learn(from: host, code: code, date: error.trail.serverDate, clock: clock.now())
                {
                    corrected = true
                    log.warning(
                        "The clock of this machine is off; signing with the service's time.",
                        ["seconds": "\(skew.offset(of: host).components.seconds)"])
                } else if !corrected, code.map(ClockSkew.codes.contains) ?? false, skew.offset(of: host) != offset {
                    // A call at the same time has corrected the clock after this one was signed.
                    corrected = true
                } else if !renewed, error.kind == .expired {
                    renewed = true
                    log.debug("credentials have expired; getting newer ones", ["code": error.code ?? ""])
                    credentials = try await provider.refresh(after: credentials)
                } else {
                    throw error
                }
            }
        }
    }
}
