internal import LaunchCore

/// An attempt of a call that has ended.
package struct AWSAttempt: Sendable {
    /// The service.
    package let service: AWSService
    /// The name of the operation.
    package let operation: String
    /// The error; nil for a success.
    package let error: AWSError?
    /// The time from the request to the answer.
    package let duration: Duration
}

/// Measures each attempt of a call, without the waits between attempts and for a permit.
struct MeasureStep: Step {
    let service: AWSService
    let clock: HostClock
    let record: @Sendable (AWSAttempt) -> Void

    func perform(_ exchange: Exchange, next: Next) async throws(AWSError) -> Answer {
        let began = clock.elapsed()
        do throws(AWSError) {
            let answer = try await next(exchange)
            tell(exchange, since: began, nil)
            return answer
        } catch {
            tell(exchange, since: began, error)
            throw error
        }
    }

    private func tell(_ exchange: Exchange, since began: Duration, _ error: AWSError?) {
        record(
            AWSAttempt(
                service: service, operation: exchange.operation.name, error: error, duration: clock.elapsed() - began))
    }
}
