public import LaunchPluginKit

/// The runner `process`: runs jobs as plain processes of this machine. It is the example of `plugins.md`, and useful on
/// machines without a container engine.
public enum ProcessPlugin {
    /// The plugin's declaration.
    public static let runner = RunnerPlugin(
        Plugin<any Runner>(
            type: "process", contract: 1,
            summary: "Plain processes of this machine, without a container. An image of the job is not used.",
            capabilities: Capabilities(needsImage: false, pace: ProcessRunner.pace),
            fields: [
                Field(
                    "folder", .string, example: "/srv/launch-process",
                    help: "Where runs are kept until they are recorded. None: a folder of the plugin's own.")
            ],
            examples: ["type: process", "type: process\nfolder: /srv/launch-process"],
            make: { options, context throws(BackendError) in
                if let folder = options.string("folder"), !folder.hasPrefix("/") {
                    throw BackendError(
                        .invalid, "\"folder\" must be an absolute path; it is '\(folder)'.",
                        hint: "Write folder: /srv/launch-process.")
                }
                return ProcessRunner(
                    folder: options.string("folder"), state: context.state, clock: context.clock,
                    searchPath: context.variables["PATH"] ?? "/usr/bin:/bin")
            }),
        template: [
            Field(
                "command", .list(.string), example: "[python3, train.py]",
                help: "The program and its first arguments. --entry-point replaces it."),
            Field("env", .map(.string), help: "Environment variables. Those of the submitter come on top."),
            Field("time_limit", .duration, example: "2h", help: "The run is stopped after it. None: no limit."),
        ],
        defaultTemplate: """
            # A process of the agent's machine. Every key is optional; without a command, give --entry-point.
            # command: [python3, train.py]
            # env: {OMP_NUM_THREADS: "2"}
            # time_limit: 2h
            {}
            """,
        protectedPaths: [FieldPath([.member("time_limit")])])
}
