internal import LaunchConsole
internal import LaunchHost

/// The options that `submit`, `run` and `plan` share. `--spec FILE` accepts all of them too.
enum SpecOptions {
    static func all(_ context: CommandContext.Factory) -> [Option] {
        target(context) + source(context) + overrides + naming
    }

    static let model = Option(
        "model", value: "FILE",
        help: "Check the request with a newer service model, from this file; - is standard input.", values: .files)

    static let prices = Option(
        "prices", value: "FILE", help: "Estimate the cost with the prices in this file; - is standard input.",
        values: .files)

    /// The options of a rehearsal. They need `--rehearse` or a configuration that rehearses.
    static let rehearsal = [
        Option(
            flag: "rehearse", help: "Run a remote backend's request on the local container engine.",
            heading: "Rehearsal"),
        Option(
            "channel", value: "NAME=DIR", help: "A local folder, or file, instead of an input channel's data.",
            repeatable: true, values: .files, heading: "Rehearsal"),
        Option(
            "checkpoints", value: "DIR",
            help: "A local folder instead of the checkpoints' destination, kept afterwards.",
            values: .directories, heading: "Rehearsal"),
        Option(
            "output", value: "DIR",
            help:
                "A local folder for the results, in a folder of the job's name, instead of the request's destination.",
            values: .directories, heading: "Rehearsal"),
        Option(
            flag: "keep-local",
            help: "Write nothing outside: results stay with the run, checkpoints are not kept.", heading: "Rehearsal"),
        Option(
            "drill", value: "spot[@TIME]",
            help: "Interrupt the job this long after its start (default 10s), then restart it from the checkpoints.",
            heading: "Rehearsal"),
        Option(
            "grace", value: "DURATION", help: "The time from SIGTERM to SIGKILL; the backend's own otherwise.",
            heading: "Rehearsal"),
        Option(
            flag: "with-credentials", help: "Give the containers short-lived credentials of the environment.",
            heading: "Rehearsal"),
        Option(
            flag: "like-instance", help: "Limit processors and memory to those of the backend's machine.",
            heading: "Rehearsal"),
        Option(
            "shm-size", value: "BYTES", help: "Size of /dev/shm, such as 2g; by the backend's machine otherwise.",
            heading: "Rehearsal"),
    ]

    static let rest = Rest("ARGUMENT", help: "Arguments of the job's container.")

    private static func target(_ context: CommandContext.Factory) -> [Option] {
        [
            Option(
                "queue", "q", value: "NAME", help: "The queue whose template and rules apply.",
                values: Completions.queues),
            Option(
                "resource", "r", value: "TYPE", help: "The backend, if no queue is named.",
                values: .dynamic { _, _ in context.catalog.runners.map { Candidate($0.base.type, $0.base.summary) } }),
            Option(
                "spec", value: "FILE",
                help: "A YAML or JSON file with any of these options; - is standard input.", values: .files),
        ]
    }

    private static func source(_ context: CommandContext.Factory) -> [Option] {
        [
            Option(
                "job", "j", value: "NAME[:ALIAS]", help: "A stored job.",
                values: Completions.jobs, heading: "Source, one of"),
            Option("image", "d", value: "URI", help: "An image that exists already.", heading: "Source, one of"),
            Option(
                "source", value: "DIR", help: "A folder with a Dockerfile, to be built.", values: .directories,
                heading: "Source, one of"),
            Option("git", value: "URL", help: "A git repository with a Dockerfile.", heading: "Source, one of"),
            Option(
                "code", value: "DIR",
                help: "A folder that the job reads as input, beside --image or the queue's image; nothing is built.",
                values: .directories, heading: "Source, one of"),
            Option(
                flag: "code-channel", help: "Treat --git like --code: build nothing from it.",
                heading: "Source, one of"),
            Option(
                flag: "code-requirements",
                help: "Install the code's requirements.txt when the job starts; each start takes that time.",
                heading: "Source, one of"),
            Option(
                "dockerfile", "D", value: "PATH", help: "The Dockerfile's path in the source.",
                heading: "Source, one of"),
            Option(
                "git-version", value: "REF", help: "Branch, tag or commit of --git; its default branch otherwise.",
                heading: "Source, one of"),
        ]
    }

    private static let overrides = [
        Option(
            "entry-point", "E", value: "COMMAND", help: "Replaces the image's entry point: words, or a JSON list.",
            heading: "Overrides"),
        Option(
            "param", value: "KEY=VALUE",
            help:
                "A value of the run's configuration. Complete YAML or JSON is that value, without the blanks around it: 1.10 is a "
                + "number, '\"1.10\"' text. Everything else is text as typed, including 007.",
            repeatable: true,
            heading: "Overrides"),
        Option(
            "env", value: "KEY=VALUE", help: "An environment variable of the container.", repeatable: true,
            heading: "Overrides"),
        Option(
            "set", value: "PATH=VALUE",
            help: "A value in the backend's request, such as ResourceConfig.InstanceCount=2; null removes it.",
            repeatable: true, heading: "Overrides"),
        Option(
            "resource-args", "R", value: "FILE|JSON",
            help: "Values to merge into the backend's request; - is standard input.",
            values: .files, heading: "Overrides"),
        Option(
            "set-var", "V", value: "NAME=VALUE", help: "A template variable of the queue.", repeatable: true,
            heading: "Overrides"),
    ]

    private static let naming = [
        Option("name", value: "NAME", help: "The run's name; its ID otherwise.", environment: "LAUNCH_NAME"),
        Option(
            "project", "p", value: "NAME",
            help: "The project; that of the job with --job, else \(LaunchSpec.defaultProject).",
            environment: "LAUNCH_PROJECT", values: Completions.projects),
        Option(
            "priority", "P", value: "LEVEL", help: "The priority in its queue; medium otherwise.",
            values: .oneOf(Priority.allCases.map(\.rawValue))),
        Option(
            "traceparent", value: "HEADER",
            help: "The trace that the run belongs to, as W3C's header traceparent; its program gets TRACEPARENT.",
            environment: "TRACEPARENT"),
    ]
}
