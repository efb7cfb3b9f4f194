internal import FoundationEssentials
internal import LaunchCore

/// Logs each call when it has ended. Never logs headers or bodies, which contain credentials.
struct LogStep: Step {
    let service: AWSService
    let region: String
    let log: Logger
    let clock: HostClock

    func perform(_ exchange: Exchange, next: Next) async throws(AWSError) -> Answer {
        let began = clock.now()
        do throws(AWSError) {
            let answer = try await next(exchange)
            tell(exchange, began, "answered", status: answer.status, requestID: answer.requestID)
            return answer
        } catch {
            var error = error
            error.service = error.service ?? service.name
            error.operation = error.operation ?? exchange.operation.name
            tell(exchange, began, "failed", status: error.status, requestID: error.requestID, error)
            throw error
        }
    }

    private func tell(
        _ exchange: Exchange, _ began: Date, _ how: String, status: Int?, requestID: String?, _ error: AWSError? = nil
    ) {
        let milliseconds = Int(max(0, min(clock.now().timeIntervalSince(began), 1e9)) * 1000)
        log.debug(
            "\(service.name) \(exchange.operation.name) \(how)",
            [
                "region": region, "status": status.map(String.init) ?? "none", "ms": String(milliseconds),
                "request": requestID ?? "none", "error": error.map { "\($0.kind) \($0.code ?? "")" } ?? "none",
            ])
    }
}
