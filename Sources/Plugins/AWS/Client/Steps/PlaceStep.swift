/// Bounds how many attempts are under way at once. It stands before signing, so that a signature does not age in a line.
struct PlaceStep: Step {
    let places: Places

    func perform(_ exchange: Exchange, next: Next) async throws(AWSError) -> Answer {
        try await places.with { () async throws(AWSError) in try await next(exchange) }
    }
}
