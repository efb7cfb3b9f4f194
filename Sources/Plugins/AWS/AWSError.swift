public import LaunchHost

/// What went wrong with AWS: a class to act on, and who said what.
public struct AWSError: Error, Sendable, CustomStringConvertible {
    /// The class of an error. It may grow, so it is no enumeration.
    public struct Kind: Sendable, Hashable, CustomStringConvertible {
        /// The text of the class.
        public let description: String
        private init(_ description: String) { self.description = description }

        /// Too many calls: wait, then call again.
        public static let throttle = Kind("throttle")
        /// A passing fault of the network or the service: call again.
        public static let transient = Kind("transient")
        /// The credentials, or a token, are too old.
        public static let expired = Kind("expired")
        /// There are no credentials, or none that AWS takes.
        public static let unauthenticated = Kind("unauthenticated")
        /// Not permitted.
        public static let auth = Kind("auth")
        /// The account may not have more of it now.
        public static let quota = Kind("quota")
        /// No machine of that kind at the moment.
        public static let capacity = Kind("capacity")
        /// It does not exist.
        public static let notFound = Kind("not found")
        /// Something else has that name, or the thing changed meanwhile.
        public static let conflict = Kind("conflict")
        /// The request can never be accepted as it is.
        public static let invalid = Kind("invalid")
        /// A fault of the service or of this program.
        public static let internalFault = Kind("internal")
        /// The service cannot be reached at all.
        public static let unavailable = Kind("unavailable")
        /// The answer is not what the service's interface says.
        public static let malformed = Kind("malformed answer")
        /// The caller gave up waiting.
        public static let cancelled = Kind("cancelled")
        /// A setting is wrong or missing.
        public static let configuration = Kind("configuration")
    }

    /// What to act on.
    public var kind: Kind
    /// The service that was asked: "SageMaker", "S3".
    public var service: String?
    /// The operation that was asked for.
    public var operation: String?
    /// AWS's own name of the error, without name space.
    public var code: String?
    /// What happened, in AWS's words where it said some; without secrets.
    public var message: String
    /// AWS's number of the request, for its support.
    public var requestID: String?
    /// The status of the answer; nil where there was none.
    public var status: Int?
    /// What the user can do about it.
    public var hint: String?
    /// How long the service asks to wait before the next call.
    public var retryAfter: Duration?
    /// The place in a file, where it comes from one.
    public var diagnostic: Diagnostic?
    /// Whether the operation may have been carried out although there is no answer that says so.
    public var mayHaveTakenEffect: Bool
    /// What only the client itself acts on.
    var trail = Trail()

    /// Facts of the answer, for the steps that repeat a call.
    struct Trail: Sendable {
        /// A time limit passed, rather than a connection ending.
        var timedOut = false
        /// The time by the server's clock, as HTTP writes it.
        var serverDate: String?
        /// Where the bucket really is, when S3 says so.
        var region: String?
    }

    /// An error from its parts.
    public init(
        _ kind: Kind, _ message: String, service: String? = nil, operation: String? = nil, code: String? = nil,
        requestID: String? = nil, status: Int? = nil, hint: String? = nil, retryAfter: Duration? = nil,
        diagnostic: Diagnostic? = nil, mayHaveTakenEffect: Bool = false
    ) {
        self.kind = kind
        self.message = message
        self.service = service
        self.operation = operation
        self.code = code
        self.requestID = requestID
        self.status = status
        self.hint = hint
        self.retryAfter = retryAfter
        self.diagnostic = diagnostic
        self.mayHaveTakenEffect = mayHaveTakenEffect
    }

    /// Who said what: "ECR DescribeImages: RepositoryNotFoundException: … (request 1234)".
    public var summary: String {
        var parts: [String] = []
        let asked = [service, operation].compactMap(\.self).joined(separator: " ")
        if !asked.isEmpty { parts.append(asked) }
        if let code, !message.hasPrefix(code) { parts.append(code) }
        parts.append(message)
        return parts.joined(separator: ": ") + (requestID.map { " (request \($0))" } ?? "")
    }

    /// The summary, and the hint behind it.
    public var description: String { hint.map { "\(summary) \($0)" } ?? summary }

    /// The same in the words of the host.
    public var backendError: BackendError {
        let category: BackendError.Category =
            switch kind {
            case .throttle: .throttled
            case .transient: .transient
            case .expired: .expired
            case .unauthenticated: .unauthenticated
            case .auth: .denied
            case .quota: .quota
            case .capacity: .capacity
            case .notFound: .notFound
            case .conflict: .conflict
            case .invalid: .invalid
            case .configuration: .configuration
            case .unavailable: .unavailable
            case .cancelled: .cancelled
            case .malformed: .malformed
            // The service's own fault, which it tells of by its status; it may pass.
            case .internalFault where (status ?? 0) >= 500: .transient
            default: .internalFault
            }
        return BackendError(category, summary, hint: hint, retryAfter: retryAfter)
    }
}
