internal import Glibc

/// A failed system call on a file.
public struct FileFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The operation that failed.
    public enum Step: String, Sendable {
        case open
        case write
        case replace
        case lock
    }

    /// The operation that failed.
    public let step: Step
    /// The path for the user, not that of a temporary file.
    public let path: String
    /// The error number of the system.
    public let code: Int32

    init(_ step: Step, _ path: String, code: Int32 = errno) {
        (self.step, self.path, self.code) = (step, path, code)
    }

    /// The system's text for the error number.
    public var reason: String { String(cString: strerror(code)) }

    /// `cannot write /path: No space left on device`.
    public var description: String { "cannot \(step.rawValue) \(path): \(reason)" }
}
