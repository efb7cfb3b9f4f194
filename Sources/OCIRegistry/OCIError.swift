/// Why a registry could not be asked, in one sentence that names it.
public struct OCIError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of failure; it may grow, so it is no enumeration.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The name of the code.
        public let description: String
        private init(_ description: String) { self.description = description }

        /// The host, the repository or the tag is not well formed.
        public static let invalid = Code("invalid")
        /// The registry wants a login, or another one.
        public static let unauthorised = Code("unauthorised")
        /// The login is good, but does not allow it.
        public static let denied = Code("denied")
        /// Nobody answers there.
        public static let unreachable = Code("unreachable")
        /// The registry asks for its login to be sent to another host.
        public static let untrusted = Code("untrusted")
        /// No secure connection: most often a certificate of an authority that is not trusted.
        public static let tls = Code("tls")
        /// Something answers there that is no registry.
        public static let notARegistry = Code("not a registry")
        /// Too many calls.
        public static let throttled = Code("throttled")
        /// The registry itself has a fault at the moment.
        public static let failing = Code("failing")
        /// What came is not what its digest says.
        public static let corrupt = Code("corrupt")
        /// The task was cancelled.
        public static let cancelled = Code("cancelled")
    }

    /// The kind.
    public var code: Code
    /// One sentence with host and repository, without secrets.
    public var message: String
    /// How long the registry asks to wait.
    public var retryAfter: Duration?

    /// An error from its parts.
    public init(_ code: Code, _ message: String, retryAfter: Duration? = nil) {
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
    }

    /// The sentence.
    public var description: String { message }

    /// Whether the next call a moment later may go well.
    var isPassing: Bool { [.unreachable, .throttled, .failing].contains(code) }
}
