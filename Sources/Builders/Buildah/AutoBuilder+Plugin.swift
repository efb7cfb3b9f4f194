public import LaunchPluginKit

extension AutoBuilder {
    /// The declaration of `builder: {type: auto}`.
    public static let plugin = Plugin<any Builder>(
        type: "auto",
        summary:
            "Builds with docker where an engine answers, otherwise with buildah; without a Dockerfile, with append.",
        capabilities: AppendBuilder.plugin.capabilities, fields: fields,
        examples: [
            "builder:\n  type: auto\n",
            "builder:\n  type: auto\n  destination: team/train\n  timeout: 30m\n",
            "builder:\n  type: auto\n  base_image: python:3.12-slim\n  entrypoint: [python3, train.py]\n",
        ],
        hints: ConfigHints(keys: ClusterBuilder.hints),
        make: { options, context throws(BackendError) in try AutoBuilder(options, context) })

    /// Those of the builders of Dockerfiles, and those of a source without one.
    private static var fields: [Field] {
        let shared = DockerBuilder.plugin.fields.filter { $0.name != "network" }
        return shared + AppendBuilder.plugin.fields.filter { field in !shared.contains { $0.name == field.name } }
    }

    init(_ options: Options, _ context: PluginContext) throws(BackendError) {
        docker = try DockerBuilder(options, context)
        buildah = try BuildahBuilder(options, context)
        append = try AppendBuilder(options, context)
        choices = RecordedChoices(state: context.state, clock: context.clock)
        log = context.log
    }
}
