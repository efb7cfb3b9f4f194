public import LaunchPluginKit
internal import LaunchRegistryLogins

extension BuildahBuilder {
    /// The declaration of `builder: {type: buildah}`.
    public static let plugin = Plugin<any Builder>(
        type: "buildah",
        summary: "Builds images with the program buildah, without a container engine and without root.",
        fields: DockerBuilder.plugin.fields.filter { shared.contains($0.name) } + [
            Field(
                "secrets", .map(BuildSecret.kind), example: "{pip: {file: /run/secrets/pip.conf, queues: [train]}}",
                help:
                    "Files, by the ID that RUN --mount=type=secret uses. A file without queues and sources reaches only "
                    + "runs without a queue."),
            Field(
                "no_cache", .boolean, default: .bool(false),
                help: "Build for every run, and rebuild every step."),
            Field(
                "isolation", .choice(["chroot", "rootless", "oci"]), default: .string("chroot"),
                help:
                    "How RUN steps are separated from this machine: chroot works in most pods, and trusts the Dockerfiles; "
                    + "rootless and oci need crun or runc."),
            Field(
                "storage_driver", .choice(["auto"] + BuildahDriver.allCases.map(\.rawValue)), default: .string("auto"),
                help:
                    "How layers are stored. auto takes the first that works here: overlay, fuse-overlayfs, vfs. vfs works "
                    + "everywhere, and copies the whole image for each step."),
            Field(
                "root", .string, example: "/var/lib/launch/buildah",
                help:
                    "Absolute path of the folder of layers and cached steps. Default: below the program's state folder."
            ),
            Field(
                "cache_images", .integer(0...1000), default: .integer(5),
                help:
                    "Number of the latest images whose layers are kept for the next builds; of failed builds the same "
                    + "number. 0 keeps nothing."),
        ],
        examples: [
            "builder:\n  type: buildah\n",
            """
            builder:
              type: buildah
              destination: team/train
              secrets:
                pip: /run/secrets/pip.conf
              storage_driver: vfs
              root: /scratch/buildah
              cache_images: 2
              timeout: 30m

            """,
        ],
        hints: ConfigHints(keys: ClusterBuilder.hints),
        make: { options, context throws(BackendError) in try BuildahBuilder(options, context) })

    /// The keys that mean the same as those of the builder `docker`.
    private static let shared: Set<String> = ["platform", "destination", "build_args", "target", "timeout"]

    init(_ options: Options, _ context: PluginContext) throws(BackendError) {
        settings = try DockerBuilder.Settings(options, context)
        logins = PullLogins(context)
        bases = BaseImages(engine: nil, logins: logins, context)
        clock = context.clock
        machine = try BuildahMachine(options, context)
    }
}
