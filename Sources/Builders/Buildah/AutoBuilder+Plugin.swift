public import LaunchPluginKit

extension AutoBuilder {
    /// The declaration of `builder: {type: auto}`.
    public static let plugin = Plugin<any Builder>(
        type: "auto", summary: "Builds with docker or podman where an engine answers, otherwise with buildah.",
        fields: DockerBuilder.plugin.fields.filter { $0.name != "network" },
        examples: [
            "builder:\n  type: auto\n",
            "builder:\n  type: auto\n  destination: team/train\n  timeout: 30m\n",
        ],
        hints: ConfigHints(keys: ClusterBuilder.hints),
        make: { options, context throws(BackendError) in try AutoBuilder(options, context) })

    init(_ options: Options, _ context: PluginContext) throws(BackendError) {
        docker = try DockerBuilder(options, context)
        buildah = try BuildahBuilder(options, context)
        choices = RecordedChoices(state: context.state, clock: context.clock)
        log = context.log
    }
}
