internal import LaunchLocalContainers
internal import LaunchPluginKit

/// The template of a `local-docker` queue: its keys, and what each becomes in a container job.
enum DockerTemplate {
    /// Seconds between SIGTERM and SIGKILL if neither the template nor the configuration sets them.
    static let defaultGraceSeconds = 30

    static let fields: [Field] = [
        Field(
            "entry_point", .either([.string, .list(.string)]), example: "[python, train.py]",
            help:
                "Replaces the image's entry point; a text is one program without arguments. --entry-point replaces it."),
        Field(
            "args", .list(.string), example: "[--epochs, \"3\"]",
            help: "Arguments after the entry point. Arguments given by the submitter replace them."),
        Field(
            "env", .map(.string), example: "{OMP_NUM_THREADS: \"2\"}",
            help: "Environment variables. Those of the submitter are added; names with LAUNCH_ are reserved."),
        Field(
            "cpus", .number(0...4096), example: "1.5",
            help: "Number of processors, above 0, also a fraction. None: no limit."),
        Field(
            "memory", .bytes, example: "4g",
            help: "Memory, swap included, at least 6m; above it the run ends as out of memory. None: no limit."),
        Field("shm_size", .bytes, example: "1g", help: "Size of /dev/shm. None: the engine's default, often 64 MiB."),
        Field(
            "gpus", .either([.integer(0...1024), .choice(["all"])]), example: "all",
            help: "How many GPUs the container sees, or 'all'. The engine needs a GPU runtime for it."),
        Field(
            "volumes", .list(.string), example: "[/data/sets:/data:ro, cache:/var/cache/job]",
            help:
                "Mounts, as source:target[:ro|rw]. The source is an absolute path that exists, or a volume's name. z or Z after "
                + "a comma labels it for SELinux, as docker does."),
        Field(
            "network", .string, example: "none",
            help: "The network to join: none, host, or a network's name. None given: the engine's default."),
        Field("user", .string, example: "\"1000:1000\"", help: "The user, and group, that the container runs as."),
        Field(
            "pids_limit", .integer(1...4_194_304), example: "4096",
            help: "The most processes and threads at once. None: 4096 in a queue with allow_overrides, else no limit."),
        Field(
            "cap_drop", .list(.string), example: "[ALL]",
            help:
                "Capabilities that are removed. None: in a queue with allow_overrides those that jobs do not need "
                + "(\(ContainerJob.Hardening.shared.dropped?.joined(separator: ", ") ?? "")), else none."),
        Field("cap_add", .list(.string), example: "[SYS_PTRACE]", help: "Capabilities that are added, also after ALL."),
        Field(
            "no_new_privileges", .boolean, example: "true",
            help: "Whether set-user-ID programs gain nothing. None: true in a queue with allow_overrides, else false."),
        Field(
            "read_only", .boolean, example: "true",
            help: "Whether the root file system is read-only. /tmp is then in memory; 'writable' names more folders."),
        Field(
            "writable", .list(.string), example: "[/out]",
            help: "Folders in the container, as absolute paths, that are empty volumes and are removed with it."),
        Field(
            "ulimits", .map(.either([.integer(-1...Int64.max), .string])), example: "{nofile: \"1024:4096\", core: 0}",
            help: "Limits of the kernel, each SOFT or SOFT:HARD; 'unlimited' or -1 is none."),
        Field(
            "storage_size", .bytes, example: "20g",
            help: "Size of the container's own layer on the disk. The engine's storage driver must support it."),
        Field("workdir", .string, example: "/app", help: "The working directory, an absolute path."),
        Field(
            "time_limit", .duration, example: "2h", help: "The run is stopped after it; at least 1s. None: no limit."),
        Field(
            "stop_grace", .duration, example: "30s",
            help: "Time between SIGTERM and SIGKILL when the run is stopped. None: the runner's stop_grace."),
        Field(
            "outputs", .list(.string), example: "[/out]",
            help: "Files and folders in the container, as absolute paths, that are kept when it has ended."),
        Field(
            TransferLimits.outputKey, .bytes, example: "10g",
            help: "The most bytes of one output; a larger one is not kept. None: the runner's output_size_limit."),
        Field(
            "metrics", .map(.string), example: "{loss: 'loss=([0-9.]+)'}",
            help:
                "Final metrics: the last match in the log of a regular expression (PCRE2) with exactly one group, by name."
        ),
    ]

    static let defaultText = """
        # A container on the local docker or podman engine. Every key is optional.
        # entry_point: [python, train.py]
        # args: [--epochs, "3"]
        # env: {OMP_NUM_THREADS: "2"}
        # cpus: 2
        # memory: 4g
        # shm_size: 1g
        # gpus: all
        # volumes: [/data:/data:ro]
        # network: none
        # user: "1000:1000"
        # pids_limit: 4096
        # cap_drop: [ALL]
        # cap_add: [SYS_PTRACE]
        # no_new_privileges: true
        # read_only: true
        # writable: [/out]
        # ulimits: {nofile: "1024:4096", core: 0}
        # storage_size: 20g
        # workdir: /app
        # time_limit: 2h
        # stop_grace: 30s
        # outputs: [/out]
        # output_size_limit: 10g
        # metrics: {loss: 'loss=([0-9.]+)'}
        {}

        """

    /// The keys about the machine that a submitter may not set unless the queue allows it.
    static let protectedPaths = [
        "volumes", "network", "user", "pids_limit", "cap_drop", "cap_add", "no_new_privileges", "read_only", "writable",
        "ulimits", "storage_size", TransferLimits.outputKey,
    ].map {
        FieldPath([.member($0)])
    }

    /// How the text at a path of the template is used.
    static func valueUse(_ path: FieldPath) -> ValueUse {
        guard case .member(let name)? = path.steps.first else { return .text }
        return switch name {
        case "volumes": .mount
        case "network": .name(reserved: ["host"])
        case "user": .name(reserved: ["root", "0"])
        case "outputs", "workdir": .path
        default: .text
        }
    }
}
