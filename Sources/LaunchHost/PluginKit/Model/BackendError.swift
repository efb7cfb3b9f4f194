/// An error of a backend: a category that decides what the host does, and text for people.
///
/// Backends assign the category; the host decides whether to wait, to try again or to give up.
public struct BackendError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The category of an error. The set may grow, so it is not an enumeration.
    public struct Category: Sendable, Hashable, CustomStringConvertible {
        /// The name of the category, as messages show it.
        public let description: String
        private init(_ description: String) { self.description = description }

        /// Too many calls: wait, then call again.
        public static let throttled = Category("throttled")
        /// A passing fault of the network or the service: call again.
        public static let transient = Category("transient")
        /// No machine of the requested type is available at the moment.
        public static let capacity = Category("capacity")
        /// The account's limit is reached.
        public static let quota = Category("quota")
        /// The credentials have expired.
        public static let expired = Category("expired")
        /// Credentials are missing, or the service rejects them. The fault is the caller's, not the request's.
        public static let unauthenticated = Category("unauthenticated")
        /// The credentials do not permit the call.
        public static let denied = Category("denied")
        /// The request can never be accepted as it is.
        public static let invalid = Category("invalid")
        /// The backend's configuration is wrong: a file, a variable, a profile.
        public static let configuration = Category("configuration")
        /// Another object has this name.
        public static let conflict = Category("conflict")
        /// The object does not exist.
        public static let notFound = Category("not found")
        /// The service or the engine cannot be reached: it does not run, is not installed, or has no route.
        public static let unavailable = Category("unavailable")
        /// The response violates the backend's interface: a wrong digest, a missing member, an impossible number. The
        /// fault is in the backend or in a proxy; a retry may get the same response.
        public static let malformed = Category("malformed answer")
        /// The caller was cancelled.
        public static let cancelled = Category("cancelled")
        /// A fault of the backend or of the plugin.
        public static let internalFault = Category("internal")

        /// All categories.
        package static let all = [
            throttled, transient, capacity, quota, expired, unauthenticated, denied, invalid, configuration, conflict,
            notFound, unavailable, malformed, cancelled, internalFault,
        ]
    }

    /// The category, on which the host bases its decision.
    public var category: Category
    /// What happened, what was expected, and which object is affected: one or more sentences without secrets.
    public var message: String
    /// What the user can do about it.
    public var hint: String?
    /// How long the backend asks the caller to wait before the next call: from zero to a day.
    public private(set) var retryAfter: Duration?
    /// The places that are wrong, if the error is about a file of the user.
    public var diagnostics: [Diagnostic] = []

    public init(_ category: Category, _ message: String, hint: String? = nil, retryAfter: Duration? = nil) {
        self.category = category
        self.message = message
        self.hint = hint
        // The server of a backend may ask for any time. The host computes with it, and waits.
        self.retryAfter = retryAfter.map { min(max(.zero, $0), .seconds(86_400)) }
    }

    /// Whether the same call may succeed later without a change by a person.
    public var isWorthRetrying: Bool { category.passesSoon }

    /// The message, followed by the hint.
    public var description: String {
        hint.map { "\(message) \($0)" } ?? message
    }
}
