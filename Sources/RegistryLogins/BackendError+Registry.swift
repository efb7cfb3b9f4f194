package import LaunchOCIRegistry
package import LaunchPluginKit

extension BackendError {
    /// Maps an error of a registry to the host's categories.
    /// - Parameter hint: what helps, in the words of the caller's configuration.
    package init(_ error: OCIError, hint: String?) {
        let category: Category =
            switch error.code {
            case .unauthorised, .denied, .untrusted: .denied
            case .unreachable: .unavailable
            case .throttled: .throttled
            case .failing: .transient
            case .corrupt: .malformed
            case .cancelled: .cancelled
            default: .invalid
            }
        // A hint may follow, and a message of the HTTP client ends without a full stop.
        let message = error.message.hasSuffix(".") ? error.message : "\(error.message)."
        self.init(category, message, hint: hint, retryAfter: error.retryAfter)
    }
}
