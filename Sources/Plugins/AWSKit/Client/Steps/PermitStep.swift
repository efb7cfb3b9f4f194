internal import LaunchConcurrency

/// Limits the number of concurrent attempts. It comes before signing, so that a signature does not age while it
/// waits.
struct PermitStep: Step {
    let permits: AsyncSemaphore

    func perform(_ exchange: Exchange, next: Next) async throws(AWSError) -> Answer {
        try await permits.withPermit(orThrow: AWSError.gaveUp) { () async throws(AWSError) in try await next(exchange) }
    }
}

extension AWSError {
    /// The task was cancelled while it waited.
    static var gaveUp: AWSError { AWSError(.cancelled, "The call was cancelled.") }
}
