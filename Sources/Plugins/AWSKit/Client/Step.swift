/// One concern of a call. It may change the request, inspect the reply, or pass the request on more than once.
protocol Step: Sendable {
    func perform(_ exchange: Exchange, next: Next) async throws(AWSError) -> Answer
}

/// The remaining steps.
typealias Next = @Sendable (Exchange) async throws(AWSError) -> Answer

/// The steps in order. The last one sends.
struct StepChain: Sendable {
    let steps: [any Step]
    let send: Next

    func run(_ exchange: Exchange) async throws(AWSError) -> Answer {
        try await run(exchange, from: 0)
    }

    private func run(_ exchange: Exchange, from index: Int) async throws(AWSError) -> Answer {
        guard index < steps.count else { return try await send(exchange) }
        return try await steps[index].perform(exchange) { exchange throws(AWSError) in
            try await run(exchange, from: index + 1)
        }
    }
}
