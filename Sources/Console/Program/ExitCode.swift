/// The program's exit codes. Scripts depend on them: they are never changed, only added to.
public enum ExitCode: Int32, Sendable, CaseIterable {
    /// Done.
    case ok = 0
    /// The run that was asked for, or waited for, failed.
    case runFailed = 1
    /// The run was stopped before its end.
    case stopped = 3
    /// The command line was wrong.
    case usage = 64
    /// The request or its data is invalid.
    case invalidData = 65
    /// A service or a device is unavailable.
    case unavailable = 69
    /// A fault of the program itself.
    case internalFault = 70
    /// It would work later: throttled, out of quota or busy.
    case tryAgain = 75
    /// Somebody has to allow it first.
    case notPermitted = 77
    /// The configuration is wrong.
    case configuration = 78
    /// The user interrupted it.
    case interrupted = 130
}
