/// Limits the number of concurrent attempts. It comes before signing, so that a signature does not age while it
/// waits.
struct PlaceStep: Step {
    let places: Places

    func perform(_ exchange: Exchange, next: Next) async throws(AWSError) -> Answer {
        try await places.with { () async throws(AWSError) in try await next(exchange) }
    }
}
