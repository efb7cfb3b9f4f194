internal import LaunchLocalContainers
public import LaunchPluginKit

extension LocalDockerRunner {
    /// The plugin's declaration.
    public static let plugin: RunnerPlugin = {
        var plugin = declaration
        plugin.imported = DockerOptions.imported
        return plugin
    }()

    private static let declaration = RunnerPlugin(
        Plugin<any Runner>(
            type: type, summary: "Containers on the docker or podman engine of this machine.",
            // Removing the container removes the log. Calls to the engine are local and cheap, and the engine reports
            // changes by itself.
            capabilities: Capabilities(
                rehearses: true, pace: Capabilities.Pace(shortest: .milliseconds(200), longest: .seconds(10))),
            fields: [
                Field(
                    "engine", .string, example: "unix:///var/run/docker.sock",
                    help: "The engine's socket, or tcp://host:port. None: DOCKER_HOST, then the usual sockets."),
                Field(
                    "stop_grace", .duration, default: .integer(Int64(DockerTemplate.defaultGraceSeconds)),
                    example: "30s", help: "Time between SIGTERM and SIGKILL when a run is stopped."),
                Field(
                    TransferLimits.outputKey, .bytes, default: .integer(TransferLimits.defaultOutput), example: "10g",
                    help:
                        "The most bytes of one output or result. A larger one is not kept; a file with holes counts whole."
                ),
                Field(
                    TransferLimits.downloadKey, .bytes, default: .integer(TransferLimits.defaultDownload),
                    example: "20g", help: "The most bytes of one input of a rehearsal."),
                Field(
                    TransferLimits.reserveKey, .bytes, example: "5g",
                    help:
                        "Space that stays free on the disk that outputs are copied to. None: 1g, or a twentieth of the disk."
                ),
            ],
            examples: [
                "runner:\n  type: local-docker\n",
                "runner:\n  type: local-docker\n  engine: unix:///var/run/docker.sock\n  stop_grace: 2m\n",
            ],
            hints: ConfigHints(
                keys: [
                    "stopped_run_timeout":
                        "a local-docker queue has stop_grace for the time between SIGTERM and SIGKILL"
                ],
                types: Dictionary(
                    uniqueKeysWithValues: ["local-container", "docker"].map { ($0, "it is called \"\(type)\" here") }))
        ) { options, context throws(BackendError) in
            LocalDockerRunner(
                engine: options.string("engine"),
                stopGraceSeconds: options.number("stop_grace").map(DockerRender.wholeSeconds)
                    ?? DockerTemplate.defaultGraceSeconds,
                limits: TransferLimits(
                    outputBytes: options.integer(TransferLimits.outputKey),
                    downloadBytes: options.integer(TransferLimits.downloadKey),
                    reserve: DiskReserve(bytes: options.integer(TransferLimits.reserveKey))),
                registry: context.registry, environment: context.environment, variables: context.variables,
                log: context.log, state: context.state, clock: context.clock)
        },
        template: DockerTemplate.fields, defaultTemplate: DockerTemplate.defaultText,
        protectedPaths: DockerTemplate.protectedPaths,
        optionPaths: RunnerPlugin.OptionPaths(
            entryPoint: FieldPath([.member("entry_point")]), arguments: FieldPath([.member("args")]),
            environment: FieldPath([.member("env")])),
        valueUse: DockerTemplate.valueUse)
}
