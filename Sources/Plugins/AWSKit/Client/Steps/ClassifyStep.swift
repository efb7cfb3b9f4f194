internal import LaunchCore
internal import LaunchHTTP

/// Turns every reply without a success status into an error of the right class.
struct ClassifyStep: Step {
    let service: AWSService

    func perform(_ exchange: Exchange, next: Next) async throws(AWSError) -> Answer {
        let answer = try await next(exchange)
        guard !(200..<300).contains(answer.status) else { return answer }
        throw ErrorReader.error(of: service, exchange.operation, answer.status, answer.headers, answer.bytes)
    }
}
