/// Reads bodies of replies with status 200 within an attempt, so that temporary faults in them are retried.
struct BodyStep: Step {
    let service: AWSService

    func perform(_ exchange: Exchange, next: Next) async throws(AWSError) -> Answer {
        var answer = try await next(exchange)
        guard case .bytes = answer.body, exchange.readsBody else { return answer }
        switch service.wire {
        case .json, .restJSON: answer.document = .json(try Bodies.json(answer, of: service, exchange.operation))
        case .query, .rest: answer.document = .xml(try Bodies.xml(answer, of: service, exchange.operation))
        }
        return answer
    }
}
