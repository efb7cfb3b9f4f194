public import LaunchPluginKit

/// The runner `process`: runs jobs as plain processes of this machine. It is the example of `plugins.md`, and useful on
/// machines without a container engine.
public enum ProcessPlugin {
    /// The plugin's declaration.
    public static let runner = RunnerPlugin(
        Plugin<any Runner>(
            type: "process",
            summary: "Plain processes of this machine, without a container. An image of the job is not used.",
            capabilities: Capabilities(needsImage: false, pace: ProcessRunner.pace),
            fields: [
                Field(
                    "folder", .string, example: "/srv/launch-process",
                    help: "Where runs are kept until they are recorded. None: launch-process in the state folder.")
            ],
            examples: ["type: process", "type: process\nfolder: /srv/launch-process"],
            make: { options, context throws(BackendError) in
                ProcessRunner(
                    folder: try folder(options, context.variables),
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

    private static func folder(_ options: Options, _ variables: [String: String]) throws(BackendError) -> String {
        let state = variables["XDG_STATE_HOME"] ?? variables["HOME"].map { "\($0)/.local/state" }
        guard let folder = options.string("folder") ?? state.map({ "\($0)/launch-process" }), folder.hasPrefix("/")
        else {
            throw BackendError(
                .invalid, "\"folder\" must be an absolute path.", hint: "Write folder: /srv/launch-process.")
        }
        return folder
    }
}
