import LaunchHost
import LaunchMock

/// The mock under its own name and under those of real plugins, so that the defaults and real files can be used.
enum TestCatalog {
    static let catalog = PluginCatalog(
        environments: [
            MockPlugins.environment,
            Plugin(type: "local", summary: "This machine", make: MockPlugins.environment.make),
            Plugin(
                type: "aws", summary: "AWS",
                fields: [Field("region", .string, required: true, example: "us-east-1", help: "The region.")],
                make: MockPlugins.environment.make),
        ],
        registries: [
            MockPlugins.registry,
            Plugin(
                type: "local", summary: "Any OCI registry",
                fields: [Field("uri", .string, example: "localhost:5000/team", help: "Host and path.")],
                make: MockPlugins.registry.make),
            Plugin(
                type: "ecr", summary: "Amazon ECR",
                fields: [Field("uri", .string, required: true, help: "The repository.")],
                hints: ConfigHints(
                    address: .init(key: "uri", pattern: "^arn:") { text in
                        text.hasPrefix("arn:") ? "store.example.com/\(text.drop { $0 != "/" }.dropFirst())" : nil
                    }),
                make: MockPlugins.registry.make),
        ],
        builders: [
            MockPlugins.builder,
            Plugin(
                type: "docker", summary: "Builds with docker or podman",
                fields: [
                    Field("destination", .string, help: "Where images are pushed to."),
                    Field("platform", .choice(["linux/amd64", "linux/arm64"]), help: "What for."),
                ],
                make: { options, context throws(BackendError) in
                    if options.string("destination") == "nowhere" {
                        throw BackendError(.invalid, "nothing can be pushed to nowhere", hint: "Name a repository.")
                    }
                    return try MockPlugins.builder.make(options, context)
                }),
        ],
        runners: [
            MockPlugins.runner,
            RunnerPlugin(
                Plugin(type: "local-docker", summary: "Containers here", make: MockPlugins.runner.base.make),
                template: [
                    Field("network", .string, help: "The network."), Field("cpus", .number(0.1...1024), help: "CPUs."),
                    Field("memory", .bytes, help: "Memory."), Field("outputs", .list(.string), help: "What is kept."),
                    Field("metrics", .map(.string), help: "Patterns."),
                ],
                defaultTemplate: "network: none\n"),
        ])
}
