public import LaunchPluginKit

extension AWSError {
    /// The error in the host's categories.
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
            // The status reports a failure of the service, which may pass.
            case .internalFault where (status ?? 0) >= 500: .transient
            default: .internalFault
            }
        return BackendError(category, summary, hint: hint, retryAfter: retryAfter)
    }
}
