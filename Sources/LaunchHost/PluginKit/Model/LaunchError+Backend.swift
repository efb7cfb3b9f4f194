extension LaunchError {
    /// The error of a command that failed with this backend error.
    public init(_ error: BackendError) {
        let kind: Kind =
            switch error.category {
            case .invalid: .invalid
            case .configuration: .configuration
            case .denied, .expired, .unauthenticated: .denied
            case .throttled, .transient, .capacity, .quota, .conflict: .tryAgain
            case .internalFault: .internalFault
            default: .unavailable
            }
        self.init(kind, error.message, hint: error.hint, diagnostics: error.diagnostics)
    }
}
