internal import LaunchConsole
internal import LaunchHost

/// Maps errors to one message and the documented exit code.
enum Failures {
    @Sendable static func explain(_ error: any Error) -> Program.Failure {
        switch error {
        case let error as LaunchError: failure(error)
        case let error as StoreError: failure(LaunchError(error))
        case let error as BackendError:
            error.category == .cancelled ? Program.Failure(nil, .interrupted) : failure(LaunchError(error))
        default:
            Program.Failure(
                "A fault of launch itself: \(lines: "\(error)")\n  hint: Please report it, with the command and this message.",
                .internalFault)
        }
    }

    private static func failure(_ error: LaunchError) -> Program.Failure {
        var lines = [Styled(lines: error.message)]
        lines += DiagnosticRenderer.sorted(error.diagnostics).map { Styled($0) }
        if let hint = error.hint { lines.append("  " + Styled(lines: "hint: \(hint)", .cyan)) }
        return Program.Failure(lines.joined(separator: "\n"), exitCode(error.kind))
    }

    static func exitCode(_ kind: LaunchError.Kind) -> ExitCode {
        switch kind {
        case .usage: .usage
        case .invalid: .invalidData
        case .unavailable: .unavailable
        case .internalFault: .internalFault
        case .tryAgain: .tryAgain
        case .denied: .notPermitted
        case .configuration: .configuration
        }
    }
}

extension RunState {
    /// The exit code of a command that waited for the run.
    var exitCode: ExitCode {
        switch self {
        case .succeeded: .ok
        case .stopped: .stopped
        default: .runFailed
        }
    }
}
