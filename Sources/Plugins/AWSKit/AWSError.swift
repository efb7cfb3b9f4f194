public import LaunchCore

/// An error of a call to AWS: a class, and the service's report.
public struct AWSError: Error, Sendable, CustomStringConvertible {
    /// The class of an error. New classes may be added, so it is not an enumeration.
    public struct Kind: Sendable, Hashable, CustomStringConvertible {
        /// The name of the class.
        public let description: String
        private init(_ description: String) { self.description = description }

        /// Too many calls: retry later.
        public static let throttle = Kind("throttle")
        /// A temporary failure of the network or the service: retry.
        public static let transient = Kind("transient")
        /// The credentials, or a token, have expired.
        public static let expired = Kind("expired")
        /// Credentials are missing, or AWS does not accept them.
        public static let unauthenticated = Kind("unauthenticated")
        /// Not permitted.
        public static let auth = Kind("auth")
        /// A limit of the account is reached.
        public static let quota = Kind("quota")
        /// No machine of the requested kind is available at the moment.
        public static let capacity = Kind("capacity")
        /// The resource does not exist.
        public static let notFound = Kind("not found")
        /// The name is taken, or the resource has changed meanwhile.
        public static let conflict = Kind("conflict")
        /// The service can never accept this request.
        public static let invalid = Kind("invalid")
        /// A failure of the service or of this program.
        public static let internalFault = Kind("internal")
        /// The service cannot be reached.
        public static let unavailable = Kind("unavailable")
        /// The reply does not match the service's interface.
        public static let malformed = Kind("malformed answer")
        /// The caller cancelled the call.
        public static let cancelled = Kind("cancelled")
        /// A setting is wrong or missing.
        public static let configuration = Kind("configuration")
    }

    /// The class of the error.
    public var kind: Kind
    /// The service of the call: "SageMaker", "S3".
    public var service: String?
    /// The operation of the call.
    public var operation: String?
    /// AWS's code of the error, without name space.
    public var code: String?
    /// What happened, with AWS's message if there is one. Contains no secrets.
    public var message: String
    /// AWS's ID of the request, for its support.
    public var requestID: String?
    /// The status of the reply; nil without a reply.
    public var status: Int?
    /// What the user can do.
    public var hint: String?
    /// The wait that the service requests before the next call.
    public var retryAfter: Duration?
    /// The file position of the faulty setting, for an error from a file.
    public var diagnostic: Diagnostic?
    /// True if the operation may have taken effect although no reply confirms it.
    public var mayHaveTakenEffect: Bool
    /// Facts that only the client uses.
    var trail = Trail()

    /// Facts of the reply for the steps that repeat a call.
    struct Trail: Sendable {
        /// True if a time limit passed; false if the connection ended.
        var timedOut = false
        /// The server's time, in HTTP's format.
        var serverDate: String?
        /// The bucket's region, if S3 reports it.
        var region: String?
    }

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

    /// The service, the operation, the code and the message: "ECR DescribeImages: RepositoryNotFoundException: …
    /// (request 1234)".
    public var summary: String {
        var parts: [String] = []
        let asked = [service, operation].compactMap(\.self).joined(separator: " ")
        if !asked.isEmpty { parts.append(asked) }
        if let code, !message.hasPrefix(code) { parts.append(code) }
        parts.append(message)
        return parts.joined(separator: ": ") + (requestID.map { " (request \($0))" } ?? "")
    }

    /// The summary, followed by the hint.
    public var description: String { hint.map { "\(summary) \($0)" } ?? summary }
}
