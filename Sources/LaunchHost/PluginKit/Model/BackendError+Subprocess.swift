public import LaunchSubprocess

extension BackendError {
    /// The error of a program that did not run to its own end. After `.transient` the program may have had an effect.
    public init(_ error: SubprocessError) {
        switch error.code {
        case .notFound:
            self.init(.configuration, "\(error).", hint: "Install the program on the agent's machine.")
        case .cancelled: self.init(.cancelled, "\(error).")
        case .cannotStart: self.init(.unavailable, "\(error).")
        default: self.init(.transient, "\(error).")
        }
    }
}
