/// The program's exit codes. Scripts depend on them: codes may be added, but never changed.
public enum ExitCode: Int32, Sendable, CaseIterable {
    /// Done.
    case ok = 0
    /// The run that the command started, awaited or queried has failed.
    case runFailed = 1
    /// A comparison found a difference.
    case differs = 2
    /// The run was stopped before its end.
    case stopped = 3
    /// The command line is wrong.
    case usage = 64
    /// The request or its data is invalid.
    case invalidData = 65
    /// A service or a device is unavailable.
    case unavailable = 69
    /// A defect of the program itself.
    case internalFault = 70
    /// The request may succeed later: throttled, out of quota or busy.
    case tryAgain = 75
    /// The user does not have permission.
    case notPermitted = 77
    /// The configuration is wrong.
    case configuration = 78
    /// The user interrupted the program.
    case interrupted = 130
}
