extension ResolvedJob {
    /// The names of the variables that `launchVariables` may return. Nothing else may set them.
    package static let launchVariableNames: Set = [
        "LAUNCH_RUN_ID", "LAUNCH_RUN_NAME", "LAUNCH_PROJECT", "LAUNCH_QUEUE", "LAUNCH_RUN_CONFIG",
    ]

    /// The variables about the run that its program gets: `LAUNCH_RUN_ID`, `LAUNCH_RUN_NAME`, `LAUNCH_PROJECT`,
    /// `LAUNCH_QUEUE` for a run of a queue, and `LAUNCH_RUN_CONFIG` with the run's configuration as JSON, whose numbers
    /// are those that the user wrote. A traced run also has `TRACEPARENT`, which its program's own spans continue. Neither
    /// the template nor a submitter replaces them.
    /// - Throws: `.invalid` if the configuration has a number that JSON does not have.
    public func launchVariables() throws(BackendError) -> [String: String] {
        var variables = ["LAUNCH_RUN_ID": runID.rawValue, "LAUNCH_RUN_NAME": runName, "LAUNCH_PROJECT": project]
        variables["LAUNCH_QUEUE"] = queue
        variables["TRACEPARENT"] = traceParent
        do {
            variables["LAUNCH_RUN_CONFIG"] = try runConfigJSON()
        } catch {
            throw BackendError(.invalid, "The run's configuration cannot be written as JSON: \(error)")
        }
        return variables
    }
}
