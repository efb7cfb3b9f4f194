/// Classifies AWS's errors by their code, else by their status.
enum ErrorKinds {
    private static let throttling: Set<String> = [
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "RequestThrottled",
        "TooManyRequestsException", "TooManyRequests", "ProvisionedThroughputExceededException",
        "TransactionInProgressException", "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException",
        "SlowDown", "PriorRequestNotComplete", "EC2ThrottledException",
    ]
    private static let transient: Set<String> = [
        "RequestTimeout", "RequestTimeoutException", "IDPCommunicationError", "InternalError", "InternalFailure",
        "ServiceUnavailable", "ServiceUnavailableException", "ServiceUnavailableError", "503 SlowDown",
    ]
    private static let expired: Set<String> = [
        "ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired",
    ]
    private static let unauthenticated: Set<String> = [
        "UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId", "InvalidToken",
        "SignatureDoesNotMatch", "InvalidSignatureException", "MissingAuthenticationToken",
        "MissingAuthenticationTokenException", "IncompleteSignature", "IncompleteSignatureException", "AuthFailure",
        "RequestTimeTooSkewed", "RequestInTheFuture",
    ]
    private static let auth: Set<String> = [
        "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "UnauthorizedException",
        "NotAuthorized", "OptInRequired", "InvalidIdentityToken", "IDPRejectedClaim", "AllAccessDisabled",
        "AccountProblem", "KMS.AccessDeniedException",
    ]
    private static let quota: Set<String> = [
        "ResourceLimitExceeded", "ServiceQuotaExceededException", "LimitExceeded", "QuotaExceeded",
        "InstanceLimitExceeded", "TooManyBuckets", "VcpuLimitExceeded",
    ]
    private static let conflict: Set<String> = [
        "ResourceInUse", "ResourceInUseException", "Conflict", "ConflictException", "BucketAlreadyOwnedByYou",
        "OperationAborted", "PreconditionFailed", "ConcurrentModificationException", "ConditionalRequestConflict",
        "OperationAbortedException", "InvalidSequenceTokenException",
    ]

    static func kind(code: String?, status: Int, message: String) -> AWSError.Kind {
        if let code, let known = kind(code) { return known }
        // SageMaker's reply for a training job that does not exist.
        if code == "ValidationException",
            message.hasPrefix("Requested resource not found") || message.hasPrefix("Could not find")
        {
            return .notFound
        }
        if let code, code.hasPrefix("Validation") || code.hasPrefix("Invalid") || code.hasPrefix("Malformed"),
            status < 500
        {
            return .invalid
        }
        return kind(status)
    }

    private static func kind(_ code: String) -> AWSError.Kind? {
        if throttling.contains(code) { return .throttle }
        if expired.contains(code) { return .expired }
        if unauthenticated.contains(code) { return .unauthenticated }
        if auth.contains(code) { return .auth }
        if quota.contains(code) { return .quota }
        if conflict.contains(code) || code.contains("AlreadyExist") { return .conflict }
        if transient.contains(code) { return code.hasPrefix("Internal") ? .internalFault : .transient }
        if code.hasPrefix("InsufficientCapacity") || code.hasPrefix("InsufficientInstanceCapacity")
            || code == "CapacityError"
        {
            return .capacity
        }
        if code.hasPrefix("NoSuch") || code.contains("NotFound") || code.contains("DoesNotExist") { return .notFound }
        return nil
    }

    private static func kind(_ status: Int) -> AWSError.Kind {
        switch status {
        case 429: .throttle
        case 401, 403, 407: .auth
        case 404, 410: .notFound
        case 408: .transient
        case 409, 412: .conflict
        case 502, 503, 504: .transient
        case 500...: .internalFault
        default: .invalid
        }
    }

    /// The code of a reply without a body, such as to HEAD.
    static func headCode(_ status: Int) -> String? {
        switch status {
        case 404: "NotFound"
        case 412: "PreconditionFailed"
        default: nil
        }
    }

    /// The hint for the user.
    static func hint(_ kind: AWSError.Kind, _ code: String?, _ status: Int) -> String? {
        switch (kind, code) {
        case (.unauthenticated, "RequestTimeTooSkewed"), (.unauthenticated, "RequestInTheFuture"):
            "Set the clock of this machine."
        case (.unauthenticated, "InvalidClientTokenId"), (.unauthenticated, "UnrecognizedClientException"),
            (.unauthenticated, "InvalidAccessKeyId"):
            "These credentials are unknown to AWS: deleted, of another partition, or lacking their session token."
        case (.unauthenticated, "SignatureDoesNotMatch"), (.unauthenticated, "InvalidSignatureException"):
            "The secret access key does not belong to the access key ID, or the clock of this machine is off."
        case (.auth, _) where status == 407: "A proxy requires a login; see https_proxy and no_proxy."
        case (.expired, _):
            "Get new credentials from where these came from, which 'launch doctor' names; for single sign-on with "
                + "'aws sso login --profile PROFILE'."
        default: nil
        }
    }
}
