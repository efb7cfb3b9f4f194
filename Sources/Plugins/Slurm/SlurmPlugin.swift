public import LaunchPluginKit

/// The runner `slurm`: jobs of a Slurm cluster.
public enum SlurmPlugin {
    static let outputKey = "output_size_limit"
    private static let defaultOutput: Int64 = 50 << 30

    /// The plugin's declaration.
    public static let runner = RunnerPlugin(
        Plugin<any Runner>(
            type: "slurm", summary: "Batch jobs of a Slurm cluster, as the agent's user, with or without a container.",
            capabilities: Capabilities(
                needsImage: false, pace: Capabilities.Pace(shortest: .seconds(2), longest: .seconds(20))),
            fields: [
                Field(
                    "folder", .string, example: "/shared/launch",
                    help:
                        "Where scripts, logs and results of live runs are. This machine and all nodes must see it. None: "
                        + "slurm in the state folder."),
                Field(
                    "commands", .string, example: "/opt/slurm/bin",
                    help: "The folder of sbatch, squeue, sacct, scancel and scontrol. None: the PATH."),
                Field(
                    outputKey, .bytes, default: .integer(defaultOutput), example: "10g",
                    help:
                        "The most bytes of a run's output. A larger one is not copied to the run's record; a file with holes counts whole."
                ),
            ],
            examples: [
                "runner:\n  type: slurm\n",
                "runner:\n  type: slurm\n  folder: /shared/launch\n  commands: /opt/slurm/bin\n",
            ],
            variables: ProcessVariables(prefixes: ["SLURM_CONF"]),
            make: { options, context throws(BackendError) in
                for name in ["folder", "commands"] {
                    guard let path = options.string(name), !path.hasPrefix("/") else { continue }
                    throw BackendError(
                        .invalid, "\"\(name)\" must be an absolute path; it is '\(path)'.",
                        hint: "Write \(name): /shared/launch.")
                }
                return SlurmRunner(
                    folder: options.string("folder"), outputBytes: options.integer(outputKey) ?? defaultOutput,
                    state: context.state.inHome("slurm"), clock: context.clock,
                    commands: SlurmCommands(folder: options.string("commands"), variables: context.variables))
            }),
        template: SlurmTemplate.fields, defaultTemplate: SlurmTemplate.defaultText,
        protectedPaths: SlurmTemplate.protectedNames.map { FieldPath([.member($0)]) },
        optionPaths: RunnerPlugin.OptionPaths(
            entryPoint: FieldPath([.member("command")]), environment: FieldPath([.member("env")])),
        valueUse: SlurmTemplate.valueUse)
}
