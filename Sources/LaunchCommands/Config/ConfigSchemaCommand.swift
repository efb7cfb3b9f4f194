internal import LaunchConsole
internal import LaunchHost

/// `launch config schema`
enum ConfigSchemaCommand {
    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "schema", summary: "Print the JSON Schema of launch-config.yaml, for editors",
            discussion: """
                An editor with a YAML language server completes and checks the file with it. Put this on the first line:
                  # yaml-language-server: $schema=launch-config.schema.json
                """,
            examples: [Example("Beside the configuration", "launch config schema > launch-config.schema.json")]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            try context.printJSON(JSONSchema.launchConfig(context.catalog))
            return .ok
        }
    }
}
