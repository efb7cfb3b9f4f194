/// The variables about the run that every container gets.
package enum LaunchVariables {
    package static let names: Set = [
        "LAUNCH_RUN_ID", "LAUNCH_RUN_NAME", "LAUNCH_PROJECT", "LAUNCH_QUEUE", "LAUNCH_RUN_CONFIG",
    ]
}
