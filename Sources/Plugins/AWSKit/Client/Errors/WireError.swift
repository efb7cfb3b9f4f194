internal import LaunchHTTP

/// Transport errors as AWS errors.
enum WireError {
    static func error(_ error: HTTPError) -> AWSError {
        var made = AWSError(kind(error.code), message(error), hint: hint(error.code))
        made.mayHaveTakenEffect = error.requestMayHaveReachedServer
        made.trail.timedOut = error.code == .timedOut
        return made
    }

    private static func kind(_ code: HTTPError.Code) -> AWSError.Kind {
        switch code {
        case .timedOut, .reset, .protocolError: .transient
        case .couldNotResolve, .couldNotConnect: .unavailable
        case .tls, .badURL: .configuration
        case .cancelled: .cancelled
        case .badRequest, .bodyFailed, .file: .invalid
        case .tooLarge: .malformed
        default: .internalFault
        }
    }

    private static func message(_ error: HTTPError) -> String {
        switch error.code {
        case .cancelled: "The call was cancelled."
        case .timedOut: "No reply arrived in time: \(error)"
        case .reset: "The connection ended before the reply: \(error)"
        case .couldNotResolve: "The host is unknown: \(error)"
        case .tls: "The secure connection failed: \(error)"
        default: "\(error)"
        }
    }

    private static func hint(_ code: HTTPError.Code) -> String? {
        switch code {
        case .couldNotResolve: "Check the region, the endpoint URL and the network."
        case .couldNotConnect: "Check the endpoint URL, the proxy and the network."
        case .tls: "If a proxy or an endpoint has its own certificate authority, name the PEM file in AWS_CA_BUNDLE."
        default: nil
        }
    }
}
