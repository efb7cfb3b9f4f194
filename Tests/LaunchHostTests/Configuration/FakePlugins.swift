import LaunchHost

/// A small catalog, so that these tests do not depend on the real plugins.
enum Fake {
    static let catalog = PluginCatalog(
        environments: [
            plugin("local", summary: "This machine."),
            plugin(
                "aws", summary: "AWS.",
                [Field("region", .string, required: true, example: "us-east-1", help: "The region.")]),
        ],
        registries: [
            plugin(
                "local", summary: "Any OCI registry.",
                [
                    Field("uri", .string, example: "localhost:5000/team", help: "Host and path."),
                    Field("username", .string, help: "The user."), Field("password", .secret, help: "The password."),
                ]),
            plugin(
                "ecr", summary: "Amazon ECR.", [Field("uri", .string, required: true, help: "The repository.")],
                hints: ConfigHints(
                    address: .init(key: "uri", pattern: "^arn:") { text in
                        text.hasPrefix("arn:") ? "store.example.com/\(text.drop { $0 != "/" }.dropFirst())" : nil
                    })),
        ],
        builders: [
            plugin(
                "docker", summary: "Builds with docker or podman.",
                [
                    Field("destination", .string, help: "The repository that images are pushed to."),
                    Field(
                        "platform", .choice(["linux/amd64", "linux/arm64"]), default: .string("linux/amd64"),
                        help: "What the image is built for."),
                    Field("timeout", .duration, default: .string("30m"), example: "30m", help: "The longest build."),
                    Field("pull", .boolean, default: .bool(true), help: "Whether base images are pulled."),
                    Field("build_args", .map(.string), help: "Build arguments."),
                    Field(
                        "cache", .object([Field("size", .bytes, example: "10g", help: "How much.")]),
                        help: "The build cache."),
                ], examples: ["type: docker\nplatform: linux/arm64\ntimeout: 10m\n"],
                hints: ConfigHints(
                    keys: ["kaniko-image": "remove it: docker builds here"],
                    types: ["kaniko": "build with \"docker\""])),
            plugin("noop", summary: "Builds nothing."),
        ],
        runners: [container, open])

    /// A runner with a declared template.
    static let container = RunnerPlugin(
        plugin(
            "local-docker", summary: "Containers here.", [Field("network", .string, help: "The network.")],
            hints: ConfigHints(keys: ["stopped_run_timeout": "a queue of containers has stop_grace"])),
        template: [
            Field("cpus", .number(0.1...1024), help: "Processors."),
            Field("memory", .bytes, example: "8g", help: "Memory."),
            Field("gpus", .either([.integer(0...64), .choice(["all"])]), help: "GPUs."),
            Field("environment", .map(.string), help: "Variables."),
            Field("volumes", .list(.string), help: "Mounts."),
        ], defaultTemplate: "cpus: 1\n")

    /// A runner whose service has its own model of a request.
    static let open = RunnerPlugin(
        plugin(
            "cloud", summary: "A cloud.",
            hints: ConfigHints(keys: [
                "stopped_run_timeout": "the cloud gives a minute", "job_role": "write it into the queue's file",
            ])), template: nil, defaultTemplate: "")

    private static func plugin<Product>(
        _ type: String, summary: String, _ fields: [Field] = [], examples: [String] = [],
        hints: ConfigHints = ConfigHints()
    ) -> Plugin<Product> {
        Plugin(type: type, summary: summary, fields: fields, examples: examples, hints: hints) {
            (_: Options, _: PluginContext) throws(BackendError) -> Product in
            throw BackendError(.invalid, "a declaration for tests makes nothing")
        }
    }

    static func document(_ text: String, name: String = "launch-config.yaml") throws -> Document {
        try Document(text: text, name: name)
    }

    /// The errors of a configuration as they are shown, without source lines and hints.
    static func complaints(_ text: String) -> [String] {
        heads(diagnostics(text))
    }

    static func diagnostics(_ text: String) -> [Diagnostic] {
        do { return try LaunchConfig(document(text), catalog: catalog).warnings } catch {
            return (error as? LaunchError)?.diagnostics ?? []
        }
    }

    static func heads(_ diagnostics: [Diagnostic]) -> [String] {
        diagnostics.map { diagnostic in
            var plain = diagnostic
            plain.sourceLine = nil
            plain.hint = nil
            return DiagnosticRenderer().render(plain)
        }
    }
}
