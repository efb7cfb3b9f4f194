internal import FoundationEssentials
internal import LaunchConcurrency
internal import LaunchCore

/// Retries temporary failures if that is safe, as AWS's "standard" mode does.
struct RetryStep: Step {
    let policy: RetryPolicy
    let quota: RetryQuota
    let limits: AWSLimits
    let runtime: AWSRuntime
    let pace: AdaptivePace?

    func perform(_ exchange: Exchange, next: Next) async throws(AWSError) -> Answer {
        // Not by the date, which may be set during the call.
        let deadline = limits.total.map { runtime.clock.elapsed() + $0 }
        var exchange = exchange
        var spent: Int?
        while true {
            do throws(AWSError) {
                exchange.timeout = try timeout(until: deadline)
                let answer = try await send(exchange, next)
                quota.refund(spent)
                return answer
            } catch {
                let wait = policy.wait(after: exchange.attempt, error, random: runtime.random())
                guard exchange.attempt < policy.maxAttempts, error.isPassing,
                    exchange.operation.isRepeatable || !error.mayHaveTakenEffect,
                    deadline.map({ runtime.clock.elapsed() + wait < $0 }) ?? true
                else { throw told(error, exchange.attempt) }
                if policy.mode != .legacy {
                    let cost = RetryQuota.cost(of: error)
                    guard quota.take(cost) else { throw told(error, exchange.attempt) }
                    spent = cost
                }
                runtime.log.debug(
                    "trying \(exchange.operation.name) again",
                    ["attempt": String(exchange.attempt), "wait": "\(wait)", "error": "\(error.kind)"])
                try await runtime.clock.pause(wait)
            }
            exchange.attempt += 1
        }
    }

    private func send(_ exchange: Exchange, _ next: Next) async throws(AWSError) -> Answer {
        guard let pace else { return try await next(exchange) }
        return try await pace.send { () async throws(AWSError) in try await next(exchange) }
    }

    private func timeout(until deadline: Duration?) throws(AWSError) -> Duration? {
        guard let deadline else { return limits.attempt }
        let left = max(.milliseconds(1), deadline - runtime.clock.elapsed())
        return limits.attempt.map { min($0, left) } ?? left
    }

    private func told(_ error: AWSError, _ attempts: Int) -> AWSError {
        guard attempts > 1 else { return error }
        var error = error
        let message = error.message.hasSuffix(".") ? error.message : error.message + "."
        error.message = "\(message) (after \(attempts) attempts)"
        return error
    }
}

extension RetryPolicy {
    /// The wait before the next attempt: a random part of 1 s, 2 s, 4 s … up to the longest wait. Longer if the service
    /// requests it, within bounds.
    func wait(after attempt: Int, _ error: AWSError, random: Double) -> Duration {
        let drawn = Backoff(first: .seconds(1), longest: longestWait, jitter: .full).delay(
            after: attempt, random: random)
        guard let asked = error.retryAfter else { return drawn }
        return min(max(drawn, asked), max(drawn, longestWait))
    }
}

extension AWSError {
    /// True if the same call may succeed later without any change.
    var isPassing: Bool {
        switch kind {
        case .throttle, .transient, .unavailable: true
        case .internalFault: code?.hasPrefix("Internal") ?? false || status.map { $0 == 500 || $0 > 501 } ?? false
        default: false
        }
    }
}
