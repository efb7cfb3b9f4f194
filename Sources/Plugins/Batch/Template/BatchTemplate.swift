internal import LaunchPluginKit

/// The template of an `aws-batch` queue: its keys.
enum BatchTemplate {
    static let fields: [Field] = [
        Field(
            "job_queue", .string, required: true, example: "training",
            help: "Name or ARN of the job queue of Batch."),
        Field(
            "container_properties", .map(.any), example: "{jobRoleArn: \"arn:aws:iam::123456789012:role/train\"}",
            help:
                "ContainerProperties of Batch's API, in AWS's spelling, without the image. They become a job definition."
        ),
        Field(
            "job_definition", .string, example: "train:3",
            help: "A job definition of your own instead: its name, name:revision or ARN. It determines the image."),
        Field(
            "platform", .choice(["EC2", "FARGATE"]), default: .string("EC2"),
            help: "The kind of compute environment that container_properties are for."),
        Field(
            "image", .string, example: "123456789012.dkr.ecr.us-east-1.amazonaws.com/train:v1",
            help: "The image of runs that name none."),
        Field(
            "command", .list(.string), example: "[python, train.py]",
            help: "Arguments of the image's ENTRYPOINT, or the program without one. --entry-point replaces them."),
        Field(
            "env", .map(.string), example: "{OMP_NUM_THREADS: \"2\"}",
            help: "Environment variables. Those of the submitter are added; LAUNCH_ and AWS_BATCH are reserved."),
        Field(
            "resources", .map(.either([.number(0...1_000_000), .string])), example: "{VCPU: 4, MEMORY: 16384, GPU: 1}",
            help: "Processors, MiB of memory and GPUs of this queue's jobs, instead of the definition's."),
        Field(
            "array_size", .integer(2...10_000), example: "8",
            help: "Runs the job this many times, as an array. AWS_BATCH_JOB_ARRAY_INDEX tells the children apart."),
        Field(
            "attempts", .integer(1...10), example: "3",
            help: "How often Batch starts the job until it succeeds. None: the definition's, else once."),
        Field(
            "evaluate_on_exit",
            .list(
                .object([
                    Field(
                        "on_exit_code", .string, example: "\"137\"", help: "An exit code; a * at the end is any text."),
                    Field("on_reason", .string, example: "CannotPull*", help: "The reason of the container's end."),
                    Field("on_status_reason", .string, example: "Host EC2*", help: "The reason of the job's status."),
                    Field("action", .choice(["RETRY", "EXIT"]), required: true, help: "What Batch does then."),
                ])), example: "[{on_status_reason: \"Host EC2*\", action: RETRY}, {on_reason: \"*\", action: EXIT}]",
            help: "Which ends are worth another attempt; the first that fits applies. Needs attempts."),
        Field(
            "timeout", .duration, example: "2h",
            help: "Batch ends an attempt that takes longer; at least 60 s. None: the definition's, else no limit."),
        Field("parameters", .map(.string), example: "{epochs: \"3\"}", help: "Values of the definition's Ref::names."),
        Field(
            "share_identifier", .string, example: "team-a", help: "The share, for a queue with fair-share scheduling."),
        Field(
            "scheduling_priority", .integer(0...9999), example: "10",
            help: "The priority within the share, for a queue with fair-share scheduling."),
        Field("tags", .map(.string), example: "{team: vision}", help: "Tags of the job, besides those of launch."),
        Field("propagate_tags", .boolean, help: "Whether the tags are also those of the ECS task."),
    ]

    static let defaultText = """
        # A job on AWS Batch. Fill in what is <REQUIRED>.
        job_queue: <REQUIRED>
        resources: {VCPU: 1, MEMORY: 2048}
        # image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/train:v1
        # container_properties:
        #   jobRoleArn: arn:aws:iam::123456789012:role/train
        #   executionRoleArn: arn:aws:iam::123456789012:role/batch-execution
        # job_definition: train:3
        # platform: FARGATE
        # command: [python, train.py]
        # env: {OMP_NUM_THREADS: "2"}
        # array_size: 8
        # attempts: 3
        # evaluate_on_exit: [{on_status_reason: "Host EC2*", action: RETRY}, {on_reason: "*", action: EXIT}]
        # timeout: 2h
        # tags: {team: vision}

        """

    /// The keys that decide where a job runs, as whom and for how long.
    static let protectedPaths = [
        "job_queue", "container_properties", "job_definition", "platform", "resources", "array_size", "attempts",
        "evaluate_on_exit", "timeout", "share_identifier", "scheduling_priority", "tags", "propagate_tags",
    ].map { FieldPath([.member($0)]) }

    /// How the text at a path of the template is used.
    static func valueUse(_ path: FieldPath) -> ValueUse {
        guard case .member(let name)? = path.steps.first else { return .text }
        return switch name {
        case "job_queue", "job_definition": .resource("a name or an ARN")
        case "container_properties": containerUse(path)
        case "share_identifier": .name(reserved: [])
        default: .text
        }
    }

    /// How Batch uses the text at a path of `container_properties`, judged by the names of its members.
    private static func containerUse(_ path: FieldPath) -> ValueUse {
        let names = path.steps.compactMap { step in
            if case .member(let name) = step { name } else { nil }
        }
        guard let last = names.last, names.count > 1 else { return .text }
        switch last {
        case "jobRoleArn", "executionRoleArn": return .resource("an ARN")
        // The ARN or the name of a secret or of a parameter.
        case "valueFrom", "credentialsParameter": return .resource("the name of a secret")
        case "sourcePath", "rootDirectory", "hostPath", "containerPath": return .path
        case "awslogs-group", "awslogs-stream-prefix": return .path
        case "user": return .name(reserved: ["root", "0"])
        default:
            let isPlace = ["volumes", "mountPoints", "logConfiguration", "networkConfiguration", "linuxParameters"]
                .contains { names.contains($0) }
            return isPlace || last == "instanceType" ? .name() : .text
        }
    }
}
