internal import HTTP
internal import LaunchHost

extension AWSError {
    /// The error for somebody in the network who gave no answer.
    static func unreachable(_ error: HTTPError, _ whom: String) -> AWSError {
        let kind: Kind =
            switch error.code {
            case .cancelled: .cancelled
            case .couldNotConnect, .couldNotResolve, .timedOut, .tls: .unavailable
            case .badURL, .badRequest: .configuration
            case .reset, .protocolError: .transient
            case .tooLarge: .malformed
            default: .internalFault
            }
        return AWSError(kind, "No answer from the \(whom): \(error).")
    }
}

extension HostClock {
    /// Waits; throws `cancelled` when the task is.
    func wait(_ time: Duration) async throws(AWSError) {
        do {
            try await sleep(time)
        } catch {
            throw AWSError(.cancelled, "The wait for AWS credentials was cancelled.")
        }
    }
}
