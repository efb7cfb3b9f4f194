internal import LaunchCore
internal import LaunchHTTP

extension AWSError {
    /// The error for a network service that did not reply.
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
        return AWSError(kind, "The \(whom) did not reply: \(error).")
    }
}

extension HostClock {
    /// Waits. Throws `cancelled` if the task is cancelled.
    func wait(_ time: Duration) async throws(AWSError) {
        do {
            try await sleep(time)
        } catch {
            throw AWSError(.cancelled, "The wait for AWS credentials was cancelled.")
        }
    }
}
