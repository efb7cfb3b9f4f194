/// Why a request has no response, or no complete one. It never contains header values, bodies or query strings.
public struct HTTPError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of failure. A new kind can be added without breaking callers.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String, Sendable {
            case timedOut, couldNotResolve, couldNotConnect, tls, reset, tooLarge, cancelled, badURL, badRequest
            case bodyFailed, protocolError, file, internalError
        }

        private let kind: Kind

        /// A time limit of the request, or the connect limit of the client, was exceeded.
        public static let timedOut = Code(kind: .timedOut)
        /// The name of the host, or of the proxy, has no address.
        public static let couldNotResolve = Code(kind: .couldNotResolve)
        /// Nothing accepts connections at the address or the socket path.
        public static let couldNotConnect = Code(kind: .couldNotConnect)
        /// The TLS handshake failed, most often because the certificate is not trusted.
        public static let tls = Code(kind: .tls)
        /// The connection ended before the response was complete.
        public static let reset = Code(kind: .reset)
        /// The response is larger than the request allows.
        public static let tooLarge = Code(kind: .tooLarge)
        /// The task was cancelled, the stream was dropped, or the client was shut down.
        public static let cancelled = Code(kind: .cancelled)
        /// The URL is malformed, is not http or https, or contains credentials.
        public static let badURL = Code(kind: .badURL)
        /// The request is not valid: a header contains a line break, for example.
        public static let badRequest = Code(kind: .badRequest)
        /// The request's own body could not be produced: unreadable file, failing producer, or wrong length.
        public static let bodyFailed = Code(kind: .bodyFailed)
        /// The peer violates HTTP.
        public static let protocolError = Code(kind: .protocolError)
        /// The local file for the response could not be written.
        public static let file = Code(kind: .file)
        /// A defect of this program or of libcurl.
        public static let internalError = Code(kind: .internalError)

        /// The name of the code, for logs.
        public var description: String { kind.rawValue }
    }

    /// The kind of failure.
    public let code: Code
    /// One sentence for the user, without secrets.
    public let message: String
    /// The host or the socket path of the request; nil if the URL has none.
    public let host: String?
    /// libcurl's error number, if libcurl reported the failure.
    public let curlCode: Int32?
    /// Whether the peer may have acted on the request. If false, it is always safe to send the request again.
    public let requestMayHaveReachedServer: Bool

    public init(
        _ code: Code, _ message: String, host: String? = nil, curlCode: Int32? = nil,
        requestMayHaveReachedServer: Bool = false
    ) {
        self.code = code
        self.message = message
        self.host = host
        self.curlCode = curlCode
        self.requestMayHaveReachedServer = requestMayHaveReachedServer
    }

    /// The host and the message.
    public var description: String {
        guard let host else { return message }
        return "\(host): \(message)"
    }
}
