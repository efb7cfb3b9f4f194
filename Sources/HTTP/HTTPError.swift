/// Why a request has no answer, or no complete one. It never holds header values, bodies or query strings.
public struct HTTPError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of failure, made so that kinds can be added without breaking callers.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String, Sendable {
            case timedOut, couldNotResolve, couldNotConnect, tls, reset, tooLarge, cancelled, badURL, badRequest
            case bodyFailed, protocolError, file, internalError
        }

        private let kind: Kind

        /// A time limit of the request, or the connect limit of the client, passed.
        public static let timedOut = Code(kind: .timedOut)
        /// The name of the host, or of the proxy, has no address.
        public static let couldNotResolve = Code(kind: .couldNotResolve)
        /// Nobody answered at the address or the socket path.
        public static let couldNotConnect = Code(kind: .couldNotConnect)
        /// The secure connection could not be made, most often for want of trust in the certificate.
        public static let tls = Code(kind: .tls)
        /// The connection ended before the whole answer was there.
        public static let reset = Code(kind: .reset)
        /// The answer is larger than the request allows.
        public static let tooLarge = Code(kind: .tooLarge)
        /// The task was cancelled, the stream was dropped, or the client was shut down.
        public static let cancelled = Code(kind: .cancelled)
        /// The URL is malformed, not http or https, or holds credentials.
        public static let badURL = Code(kind: .badURL)
        /// The request cannot be sent as it is: a header holds a line break, for example.
        public static let badRequest = Code(kind: .badRequest)
        /// The request's own body could not be produced: unreadable file, failing producer, wrong length.
        public static let bodyFailed = Code(kind: .bodyFailed)
        /// The peer does not speak HTTP as it should.
        public static let protocolError = Code(kind: .protocolError)
        /// The local file that an answer was to be written to could not be written.
        public static let file = Code(kind: .file)
        /// A fault of this program or of libcurl.
        public static let internalError = Code(kind: .internalError)

        /// The name of the code, for logs.
        public var description: String { kind.rawValue }
    }

    /// What kind of failure it is.
    public let code: Code
    /// One sentence for a person, without secrets.
    public let message: String
    /// The host, or the socket path, that was asked; nil when there is none yet.
    public let host: String?
    /// libcurl's own number, where libcurl gave up.
    public let curlCode: Int32?
    /// Whether the peer may have acted on the request. False means that sending it again is always safe.
    public let requestMayHaveReachedServer: Bool

    /// Makes an error; see the properties.
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

    /// The message with the host before it.
    public var description: String {
        guard let host else { return message }
        return "\(host): \(message)"
    }
}
