/// What a backend says when it cannot do what it was asked: a class that the host acts on, and words for people.
///
/// Backends classify; the host decides whether to wait, to try again or to give up.
public struct BackendError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The class of an error. It may grow, so it is no enumeration.
    public struct Category: Sendable, Hashable, CustomStringConvertible {
        /// The text of the class.
        public let description: String
        private init(_ description: String) { self.description = description }

        /// Too many calls: wait, then call again.
        public static let throttled = Category("throttled")
        /// A passing fault of the network or the service: call again.
        public static let transient = Category("transient")
        /// No machine of that kind at the moment.
        public static let capacity = Category("capacity")
        /// The account may not have more of it now.
        public static let quota = Category("quota")
        /// The credentials are too old.
        public static let expired = Category("expired")
        /// There are no credentials, or none that the service takes: a fault of whoever calls, not of what is asked for.
        public static let unauthenticated = Category("unauthenticated")
        /// The credentials do not allow it.
        public static let denied = Category("denied")
        /// The request can never be accepted as it is.
        public static let invalid = Category("invalid")
        /// The set-up that the backend works with is wrong: a file, a variable, a profile.
        public static let configuration = Category("configuration")
        /// Something else has that name already.
        public static let conflict = Category("conflict")
        /// It does not exist.
        public static let notFound = Category("not found")
        /// The service or the engine cannot be reached at all: not running, not installed, no route.
        public static let unavailable = Category("unavailable")
        /// What the backend answered is not what its interface says: a wrong digest, a missing member, a number that cannot
        /// be. A fault of the backend or of something between; the same call may be answered the same way again.
        public static let malformed = Category("malformed answer")
        /// The caller gave up waiting.
        public static let cancelled = Category("cancelled")
        /// A fault of the backend or of the plugin.
        public static let internalFault = Category("internal")
    }

    /// What the host acts on.
    public var category: Category
    /// What happened, what was expected, and to what: one or more sentences without secrets.
    public var message: String
    /// What the user can do about it.
    public var hint: String?
    /// How long the backend asks to wait before the next call.
    public var retryAfter: Duration?
    /// Each place that is wrong, where the error is about a file of the user's.
    public var diagnostics: [Diagnostic] = []

    /// An error from its parts.
    public init(_ category: Category, _ message: String, hint: String? = nil, retryAfter: Duration? = nil) {
        self.category = category
        self.message = message
        self.hint = hint
        self.retryAfter = retryAfter
    }

    /// Whether the same call may succeed later without anybody changing anything.
    public var isWorthRetrying: Bool {
        [.throttled, .transient, .expired, .unavailable].contains(category)
    }

    /// The message, and the hint behind it.
    public var description: String {
        hint.map { "\(message) \($0)" } ?? message
    }
}
