extension LaunchConfig {
    /// The keys of the top level except the four roles. The defaults are those of W&B.
    public static let fields: [Field] = [
        Field(
            "max_jobs", .either([.integer(-1 ... -1), .integer(1...1_000_000)]), default: .integer(1),
            example: "4, or -1 for no limit", help: "How many jobs the agent runs at once; -1 means no limit."),
        Field(
            "queues", .list(.string), example: "[default]",
            help: "The queues that the agent takes jobs from, served in turn."),
        Field(
            "sandbox", .choice(["on", "off"]), default: .string("on"),
            help:
                "Whether git and docker's command line are restricted to the files that they need. 'off' is for credential helpers that write files of their own."
        ),
        Field("entity", .string, example: "my-team", help: "The team or user whose queues they are."),
        Field(
            "source_size_limit", .bytes, default: .integer(SizeLimits.standard.sourceBytes), example: "5g",
            help: "The maximum size of a source, a folder or a checkout, after its .dockerignore."),
        Field(
            "log_size_limit", .bytes, default: .integer(SizeLimits.standard.logBytes), example: "500m",
            help: "The maximum size of a run's log that is kept after its end."),
        Field(
            "hooks", .list(.object(HookSettings.fields)),
            example: "[{name: alerts, on: [failed], url: https://hooks.example/launch}]",
            help:
                "Programs and servers that the agent informs about runs, at least once for each event and in its order."
        ),
        Field(
            "hook_urls", .list(.string), example: "[\"https://hooks.example/team/**\"]",
            help:
                "The addresses that hooks of queues may have: scheme and host as they are, * within a part of the path. Default: none."
        ),
        Field(
            storeKey, .object(PostgresSettings.fields), example: "{type: postgres, host: db.example, database: launch}",
            help: "Where queues, jobs and runs are kept: on this machine, or in a database that a team shares."),
        Field(
            telemetryKey,
            .object(TelemetrySettings.fields),
            example: "{otlp: \"http://127.0.0.1:4318\"}",
            help: "Where the agent sends a trace of each run that has ended."),
    ]

    /// The key of the block of telemetry.
    static let telemetryKey = "telemetry"

    /// The key of the block of the store.
    package static let storeKey = "store"

    /// The key of the list of runner blocks.
    package static let runnersKey = "runners"
    /// One line that describes it.
    static let runnersHelp =
        "Options of several runners, one block for each type; each executes the runs of its own resource."

    /// The default type of a role's block; nil for the runner, because the queue's resource decides.
    public static func defaultType(of role: Role) -> String? {
        switch role {
        case .environment, .registry: "local"
        case .builder: "docker"
        case .runner: nil
        }
    }

    /// One line that describes a role's block.
    static func help(of role: Role) -> String {
        switch role {
        case .environment: "Where credentials and the region come from."
        case .registry: "Stores images."
        case .builder: "Builds images from source."
        case .runner: "Executes all runs; without it, the queue's resource decides."
        }
    }
}
