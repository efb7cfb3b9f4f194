internal import FoundationEssentials
internal import LaunchOCIRegistry
public import LaunchPluginKit
internal import LaunchRegistryLogins

extension AppendBuilder {
    /// The declaration of `builder: {type: append}`.
    public static let plugin = Plugin<any Builder>(
        type: "append", summary: "Adds the source as a layer to a base image, in the registry, without an engine.",
        capabilities: capabilities,
        fields: [
            Field(
                "platform", .choice(["linux/amd64", "linux/arm64"]), default: .string("linux/amd64"),
                help: "Platform of the base image and of the images."),
            BuilderOptions.destination,
            Field(
                "build_args", .map(.string), example: "{PYTHON: '3.12'}",
                help: "Build arguments by name, for the ARGs of a Dockerfile."),
            Field(
                "base_image", .string, example: "python:3.12-slim",
                help:
                    "Image below the files of a source without a Dockerfile, with a tag or a digest. A source with a Dockerfile "
                    + "has its own."),
            Field(
                "workdir", .string, example: "/app",
                help: "With base_image: the folder of the files, and the working directory. Default: /app."),
            Field(
                "entrypoint", .list(.string), example: "[python3, train.py]",
                help: "With base_image: the entry point. Default: that of the base image."),
            Field(
                "command", .list(.string), example: "[--epochs, '3']",
                help:
                    "With base_image: the arguments of the entry point. Default: those of the base image, or none with an "
                    + "entrypoint."),
            Field(
                "env", .map(.string), example: "{PYTHONUNBUFFERED: '1'}",
                help:
                    "With base_image: environment variables. They are readable in the image, so they must not be secrets."
            ),
            Field(
                "requirements", .string, example: "requirements/train.txt",
                help:
                    "With base_image: the Python packages of a source, which get a layer of their own. auto: those of a "
                    + "requirements.txt; off: none; otherwise the path of a file in the source. Default: auto."),
            Field(
                "python", .string, example: "'3.12'",
                help:
                    "With base_image: the version of its Python, for the packages. Default: the variable PYTHON_VERSION of "
                    + "the base image."),
            Field("labels", .map(.string), example: "{team: vision}", help: "With base_image: labels."),
            Field(
                "user", .string, example: "'1000'", help: "With base_image: the user. Default: that of the base image."),
        ],
        examples: [
            "builder:\n  type: append\n",
            """
            builder:
              type: append
              base_image: python:3.12-slim
              workdir: /app
              entrypoint: [python3, train.py]
              env:
                PYTHONUNBUFFERED: "1"

            """,
        ],
        hints: ConfigHints(keys: ClusterBuilder.hints),
        make: { options, context throws(BackendError) in try AppendBuilder(options, context) })

    private static var capabilities: Capabilities {
        var capabilities = Capabilities()
        capabilities.baseField = "base_image"
        return capabilities
    }

    init(_ options: Options, _ context: PluginContext) throws(BackendError) {
        let text = options.string("platform") ?? "linux/amd64"
        guard let platform = ImagePlatform(parsing: text) else {
            throw BackendError(.invalid, "The builder's 'platform' is '\(text)'; expected os/architecture.")
        }
        settings = Settings(
            platform: platform, destination: options.string("destination"),
            buildArguments: options.stringMap("build_args") ?? [:], plain: try PlainImage(options))
        connections = RegistryConnections(context)
        isConfined = context.sandbox
        variables = context.variables
        spoolFolder = context.variables["TMPDIR"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/tmp"
        try BuilderOptions.check(buildArguments: settings.buildArguments)
        if let destination = settings.destination { try BuilderOptions.check(destination: destination) }
    }
}

extension AppendBuilder: CrossChecking {
    /// An image that is made in a registry needs one.
    public func findings(with parts: Parts) -> [Finding] {
        guard let registry = parts.registry as? any RegistryConnecting, !registry.keepsImagesRemotely else { return [] }
        return [
            Finding(
                .error, at: FieldPath([.member(Role.builder.rawValue), .member("type")]),
                "the builder \"append\" makes images in a registry, and without one they stay in the engine's own store",
                hint:
                    "add 'registry: {type: local, uri: localhost:5000}', or an ECR registry; \"docker\" builds in the "
                    + "engine's store")
        ]
    }
}
