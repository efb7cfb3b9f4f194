/// One concern of a call: it may change the request, look at the answer, or hand the request on more than once.
protocol Step: Sendable {
    func perform(_ exchange: Exchange, next: Next) async throws(AWSError) -> Answer
}

/// The rest of the way.
typealias Next = @Sendable (Exchange) async throws(AWSError) -> Answer

/// The steps in order, the last of which sends.
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
