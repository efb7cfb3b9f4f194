/// A call of a plugin to its service that has ended, for the metrics of an agent.
package struct ServiceCall: Sendable, Hashable {
    /// The service in one word, as the plugin names it.
    package var service: String
    /// The operation, as the service names it.
    package var operation: String
    /// The category of the error; nil for a success.
    package var error: BackendError.Category?
    /// The time from the request to the answer.
    package var duration: Duration

    package init(service: String, operation: String, error: BackendError.Category? = nil, duration: Duration) {
        self.service = service
        self.operation = operation
        self.error = error
        self.duration = duration
    }

    /// Gets each call when it has ended.
    package typealias Recorder = @Sendable (ServiceCall) -> Void
}
