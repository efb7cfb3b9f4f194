/// The validate stage: reports all problems of a request at once, offline.
public enum ValidateStage {
    /// The findings of the runner.
    public static func findings(in request: RunRequest, runner: any Runner) -> [Finding] {
        runner.validate(request)
    }

    /// Refuses a request with errors.
    /// - Throws: `LaunchError` of kind `.invalid` with a diagnostic for each error.
    static func refuseErrors(in request: RunRequest, runner: any Runner) throws(LaunchError) {
        let errors = findings(in: request, runner: runner).filter { $0.severity == .error }
        guard errors.isEmpty else {
            throw LaunchError(
                .invalid, "The request is not valid.",
                diagnostics: errors.map { Diagnostic(.error, $0.message, hint: $0.hint, path: $0.path) })
        }
    }
}
