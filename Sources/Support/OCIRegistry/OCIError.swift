/// Why a request to a registry failed, in one sentence that names the registry.
public struct OCIError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of failure. A struct, so that kinds can be added without breaking callers.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The name of the code.
        public let description: String
        private init(_ description: String) { self.description = description }

        /// The host, the repository or the tag is not well formed.
        public static let invalid = Code("invalid")
        /// The registry requires a login, or another one.
        public static let unauthorised = Code("unauthorised")
        /// The login is valid, but is not authorised for the request.
        public static let denied = Code("denied")
        /// The registry does not respond.
        public static let unreachable = Code("unreachable")
        /// The registry asks the client to send its login to another host.
        public static let untrusted = Code("untrusted")
        /// The TLS handshake failed, most often because the certificate's authority is not trusted.
        public static let tls = Code("tls")
        /// The server is not a registry.
        public static let notARegistry = Code("not a registry")
        /// Too many calls.
        public static let throttled = Code("throttled")
        /// The registry has a temporary failure.
        public static let failing = Code("failing")
        /// The registry does not accept a blob or a manifest.
        public static let refused = Code("refused")
        /// The content does not match its digest.
        public static let corrupt = Code("corrupt")
        /// The task was cancelled.
        public static let cancelled = Code("cancelled")
    }

    /// The kind.
    public var code: Code
    /// One sentence with host and repository, without secrets.
    public var message: String
    /// The wait that the registry requests.
    public var retryAfter: Duration?

    public init(_ code: Code, _ message: String, retryAfter: Duration? = nil) {
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
    }

    /// The sentence.
    public var description: String { message }

    /// Whether a retry may succeed.
    var isPassing: Bool { [.unreachable, .throttled, .failing].contains(code) }
}
