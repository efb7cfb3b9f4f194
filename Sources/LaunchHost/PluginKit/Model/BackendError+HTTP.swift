public import LaunchHTTP

extension BackendError {
    /// The error of a call without a response. It is `.unavailable` only if the request did not arrive; a submit that
    /// may have arrived is `.transient`, so that the host looks for its run.
    public init(_ error: HTTPError) {
        let isUnsent = !error.requestMayHaveReachedServer
        switch error.code {
        case .couldNotResolve: self.init(.unavailable, "The host is unknown: \(error).", hint: Self.address)
        case .couldNotConnect: self.init(.unavailable, "The service cannot be reached: \(error).", hint: Self.address)
        case .timedOut where isUnsent:
            self.init(.unavailable, "The service cannot be reached: \(error).", hint: Self.address)
        case .timedOut, .reset, .protocolError: self.init(.transient, "The service did not answer: \(error).")
        case .tls, .badURL: self.init(.configuration, "The connection is not possible: \(error).", hint: Self.address)
        case .tooLarge: self.init(.malformed, "The answer is too large: \(error).")
        case .badRequest, .bodyFailed, .file: self.init(.invalid, "The request cannot be sent: \(error).")
        case .cancelled: self.init(.cancelled, "The call was cancelled.")
        default: self.init(.internalFault, "\(error).")
        }
    }

    private static let address = "Check the address in the configuration, the proxy and the network."

    /// The error of a response; nil for a status below 400. It has the wait that `Retry-After` asks for.
    ///
    /// Refine it where the service means something else: 404 is the answer to `find` of a run that does not exist, and
    /// 409 may mean that the run is already there.
    /// - Parameter call: what was called, for the message: `submit a job`.
    public init?(_ response: HTTPResponse, of call: String) {
        let category: Category
        switch response.status {
        case ..<400: return nil
        case 401: category = .unauthenticated
        case 403: category = .denied
        case 404, 410: category = .notFound
        case 409: category = .conflict
        case 408: category = .transient
        case 429: category = .throttled
        case 400..<500: category = .invalid
        default: category = .transient
        }
        let body = String(decoding: response.body.prefix(500), as: UTF8.self)
            .split(whereSeparator: \.isWhitespace).joined(separator: " ")
        self.init(
            category,
            "The service answered '\(call)' with status \(response.status)\(body.isEmpty ? "" : ": \(body)").",
            retryAfter: response.headers.retryAfter)
    }
}
