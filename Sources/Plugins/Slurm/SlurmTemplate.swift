internal import LaunchPluginKit

/// The template of a `slurm` queue: the fields of the job, and the options of sbatch.
enum SlurmTemplate {
    /// One option of sbatch. Its value is one argument after `--option=`, in a grammar that excludes other options,
    /// patterns of file names and control characters.
    struct Option {
        let field: Field
        /// The characters of a text besides ASCII letters and digits. Numbers have none.
        var extra = ""

        var name: String { field.name }

        /// What sbatch gets; nil if the template does not have the field or its value is not in the grammar.
        func argument(_ options: Options) -> String? {
            guard let value = options.values[name], let text = text(value), fault(text) == nil else { return nil }
            return "--\(name.replacing("_", with: "-"))=\(text)"
        }

        func finding(_ options: Options) -> Finding? {
            guard let value = options.values[name] else { return nil }
            let path = FieldPath([.member(name)])
            guard let text = text(value) else {
                return Finding(.error, at: path, "is not a usable value", hint: "For example \(field.example ?? "1").")
            }
            return fault(text).map { Finding(.error, at: path, $0, hint: "For example \(field.example ?? "1").") }
        }

        private func text(_ value: JSONValue) -> String? {
            if let text = value.stringValue { return text }
            switch field.kind {
            case .duration: return value.doubleValue.flatMap { Self.time(seconds: $0) }
            // Slurm counts in KiB or larger units, and rounds nothing up.
            case .bytes: return value.integerValue.map { $0 == 0 ? "0" : "\($0 / 1024 + ($0 % 1024 == 0 ? 0 : 1))K" }
            default: return value.integerValue.map { String($0) }
            }
        }

        private func fault(_ text: String) -> String? {
            if text.isEmpty { return "is empty" }
            if text.hasPrefix("-") { return "must not begin with '-', as '\(text)' does" }
            if text.utf8.count > 1_000 { return "is longer than 1,000 bytes" }
            if case .duration = field.kind { return nil }
            let wrong = text.unicodeScalars.first { scalar in
                let isWord = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
                return !isWord && !extra.unicodeScalars.contains(scalar)
            }
            return wrong.map { "cannot have \($0.debugDescription), as in '\(text)'" }
        }

        /// `days-hours:minutes:seconds`.
        private static func time(seconds: Double) -> String? {
            guard let whole = Int(exactly: seconds.rounded(.up)), whole > 0, whole < 1 << 40 else { return nil }
            let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
            return "\(whole / 86_400)-\(two(whole / 3600 % 24)):\(two(whole / 60 % 60)):\(two(whole % 60))"
        }
    }

    static let options: [Option] = [
        text("partition", "gpu", "Partitions, separated by commas. None: the cluster's default.", "_.-,"),
        text("account", "vision", "The account that is charged. None: the user's default.", "_.-@"),
        text("qos", "high", "The quality of service.", "_.-"),
        text("reservation", "course", "Reservations, separated by commas.", "_.-,"),
        text("constraint", "\"a100&nvlink\"", "The features that the nodes must have.", "_.-:,&|*()[]!"),
        text("exclude", "\"node[3-4]\"", "Nodes that are not used.", "_.-,[]"),
        Option(
            field: Field(
                "time", .duration, example: "2h",
                help: "The time limit. Slurm sends SIGTERM, then SIGKILL. None: that of the partition.")),
        number(
            "nodes", 100_000, "The number of nodes. The command runs once, on the first; it starts others with srun."),
        number("ntasks", 10_000_000, "The number of tasks that srun starts."),
        number("ntasks_per_node", 100_000, "The number of tasks on each node."),
        number("cpus_per_task", 100_000, "The processors of each task."),
        Option(field: Field("mem", .bytes, example: "16g", help: "The memory on each node. 0: all of it.")),
        Option(
            field: Field(
                "gpus", .either([.integer(1...100_000), .string]), example: "\"a100:2\"",
                help: "The number of GPUs of the job, or TYPE:NUMBER."), extra: "_.-:,"),
        text("gres", "\"gpu:2\"", "Generic resources on each node, as NAME:TYPE:NUMBER.", "_.-:,="),
    ]

    static let fields: [Field] =
        [
            Field(
                "command", .list(.string), example: "[python3, train.py]",
                help: "The program and its first arguments. --entry-point replaces it."),
            Field(
                "env", .map(.string), example: "{OMP_NUM_THREADS: \"4\"}",
                help: "Environment variables. Those of the submitter are added. The agent's own are not passed on."),
            Field(
                "workdir", .string, example: "/shared/code",
                help: "The working directory, an absolute path on the nodes. None: the output folder of the run."),
            Field(
                "output_folder", .string, example: "/shared/results",
                help:
                    "The run writes to RUN_ID in this folder, $LAUNCH_OUTPUT_DIR, and it stays there. None: a folder whose "
                    + "files are copied to the run's record."),
            Field(
                "container", .list(.string), example: "[apptainer, exec, --nv, \"docker://${image_uri}\"]",
                help:
                    "The command that runs the program in the job's image: apptainer, enroot, or srun with "
                    + "--container-image. None: the program runs on the node, without an image."),
            Field(
                "requeue", .boolean, default: .bool(false),
                help: "Whether Slurm starts the job again when a node fails or the job is preempted."),
        ] + options.map(\.field)

    static let defaultText = """
        # A batch job of a Slurm cluster. Every key is optional; without a command, give --entry-point.
        # command: [python3, train.py]
        # workdir: /shared/code
        # partition: gpu
        # account: vision
        # time: 2h
        # cpus_per_task: 8
        # mem: 16g
        # gpus: 1
        {}

        """

    /// A submitter must not choose what is charged, what is used of the cluster, or a path of the agent's user.
    static let protectedNames = options.map(\.name) + ["workdir", "output_folder", "container", "requeue"]

    static func valueUse(_ path: FieldPath) -> ValueUse {
        guard case .member(let name)? = path.steps.first else { return .text }
        if ["workdir", "output_folder"].contains(name) { return .path }
        // Words before the program run on the node, outside of the container.
        if name == "container" { return .command }
        return options.contains { $0.name == name } ? .name() : .text
    }

    private static func text(_ name: String, _ example: String, _ help: String, _ extra: String) -> Option {
        Option(field: Field(name, .string, example: example, help: help), extra: extra)
    }

    private static func number(_ name: String, _ most: Int64, _ help: String) -> Option {
        Option(field: Field(name, .integer(1...most), example: "2", help: help))
    }
}
