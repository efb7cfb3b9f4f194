import Testing

/// One attempt of a submitter to get more than the queue allows.
struct SubmitterAttempt: Sendable, CustomTestStringConvertible {
    /// The options after the command's name.
    var words: [String]
    /// A text that the output must contain.
    var says: String
    /// The exit code: 65, or 64 if the command line itself contradicts the queue.
    var code: Int32 = 65
    /// Additional variables of the process.
    var setting: [String: String] = [:]
    /// The content of `--spec FILE`, instead of options.
    var spec: String?

    var testDescription: String {
        spec.map { "--spec: \($0)" } ?? (words + setting.map { "\($0)=\($1)" }).joined(separator: " ")
    }

    private static let image = ["--image", "HOST/train:v1"]

    /// With a source that the queue allows.
    private static func ask(_ more: String..., says: String, code: Int32 = 65) -> SubmitterAttempt {
        SubmitterAttempt(words: ["-q", "locked"] + image + more, says: says, code: code)
    }

    /// With another source.
    private static func source(_ words: String..., says: String, code: Int32 = 65) -> SubmitterAttempt {
        SubmitterAttempt(words: ["-q", "locked"] + words, says: says, code: code)
    }

    private static func git(_ url: String, says: String) -> SubmitterAttempt {
        source("--git", url, "--git-version", LockedQueues.commit, says: says)
    }

    private static func box(_ more: String..., says: String) -> SubmitterAttempt {
        SubmitterAttempt(words: ["-q", "box", "--image", "busybox:1"] + more, says: says)
    }

    private static func spec(_ text: String, says: String, code: Int32 = 65) -> SubmitterAttempt {
        let source =
            ["image:", "git:", "source:", "job:"].contains { text.contains($0) } ? "" : "image: HOST/train:v1\n"
        return SubmitterAttempt(words: [], says: says, code: code, spec: "queue: locked\n\(source)\(text)\n")
    }

    private static let change = "the queue does not let a submitter change"
    private static let choose = "the queue does not let a submitter choose"

    /// Changes of the template.
    static let overrides = [
        ask("--set", "ResourceConfig.InstanceType=ml.p4d.24xlarge", says: "\(change) ResourceConfig.InstanceType"),
        ask("--set", "resource_config.instance_count=99", says: "\(change) ResourceConfig.InstanceCount"),
        ask("--set", "RoleArn=arn:aws:iam::123456789012:role/admin", says: "\(change) RoleArn"),
        ask("--set", "TrainingJobName=production", says: "\(change) TrainingJobName"),
        ask("--set", "StoppingCondition.MaxRuntimeInSeconds=2419200", says: "\(change) StoppingCondition"),
        ask("--set", "OutputDataConfig.S3OutputPath=s3://mine/", says: "\(change) OutputDataConfig.S3OutputPath"),
        ask("--set", "ResourceConfig=null", says: "\(change) ResourceConfig"),
        ask("--set", "Tags=[]", says: "\(change) Tags"),
        ask("--set", "instance_types=[ml.p4d.24xlarge]", says: "\(change) instance_types"),
        ask("--set", "rehearsal_role_arn=arn:aws:iam::123456789012:role/admin", says: "\(change) rehearsal_role_arn"),
        ask("--set", "rehearsal_session_policy=null", says: "\(change) rehearsal_session_policy"),
        ask("--set", "allow_rehearse=true", says: "\(change) allow_rehearse"),
        ask("-R", #"{"RoleArn": "arn:aws:iam::123456789012:role/admin"}"#, says: "\(change) RoleArn"),
        ask("-R", #"{"sagemaker": {"role_arn": "x"}}"#, says: "\(change) RoleArn"),
        ask("-R", "DIR/args.yaml", says: "\(change) StoppingCondition"),
        ask(
            "-R", #"{"sagemaker": {}, "StoppingCondition": {"MaxRuntimeInSeconds": 60}}"#,
            says: #""StoppingCondition" beside "sagemaker""#),
        ask("-R", #"{"sagemaker": 3}"#, says: #""sagemaker" of the resource arguments must be a mapping"#),
        ask("-E", "python evil.py", says: "\(change) AlgorithmSpecification.ContainerEntrypoint"),
        ask("--env", "LD_PRELOAD=/x.so", says: "\(change) Environment.LD_PRELOAD"),
        ask("--param", "lr=1", says: "\(change) HyperParameters.lr"),
        ask("--", "--evil", says: "\(change) AlgorithmSpecification.ContainerArguments"),
        ask("--set-var", "size=1", says: #"the queue has no template variable "size""#),
        ask("-r", "local-docker", says: "queue locked is for sagemaker", code: 64),
    ]

    /// Rehearsals on the agent's machine, with its folders and its credentials.
    static let rehearsals = [
        ask("--rehearse", says: "'allow_rehearse: true'"),
        ask("--rehearse", "--with-credentials", says: "'allow_credentials: true'"),
        ask("--rehearse", "--channel", "train=DIR", says: "'allow_folders: ["),
        ask("--rehearse", "--output", "/etc/ssh", says: "the folder /etc/ssh for output"),
        ask("--rehearse", "--checkpoints", "/etc/cron.d", says: "the folder /etc/cron.d for checkpoints"),
        ask("--rehearse", "--drill", "spot", says: "'allow_rehearse: true'"),
        ask("--rehearse", "--keep-local", says: "'allow_rehearse: true'"),
        ask("--rehearse", "--shm-size", "900g", says: "'allow_rehearse: true'"),
        ask("--rehearse", "--grace", "24h", says: "'allow_rehearse: true'"),
        ask("--rehearse", "--like-instance", says: "'allow_rehearse: true'"),
        ask("-c", "DIR/here.yaml", says: "'allow_rehearse: true'"),
        ask("--with-credentials", says: "--with-credentials is for rehearsals", code: 64),
        box("--rehearse", says: "'allow_rehearse: true'"),
    ]

    /// The run's author, names and priority.
    static let names = [
        ask("-P", "critical", says: "'max_priority: critical'"), ask("-P", "high", says: "'max_priority: high'"),
        ask("-p", "other", says: "\(choose) the project \"other\""),
        ask("-p", "../secret", says: "the project \"../secret\" begins with '.'"),
        ask("-p", "a/b", says: "the project \"a/b\" has '/'"), ask("-p", "", says: "the project \"\" is empty"),
        ask("--name", "best", says: "\(choose) the run's name \"best\""),
        ask("--name", "../x", says: "the run's name \"../x\" begins with '.'"),
        ask("-c", "DIR/team.yaml", says: "\(choose) the entity \"other-team\""),
        SubmitterAttempt(
            words: ["-q", "locked"] + image, says: "the project \"../x\"", setting: ["LAUNCH_PROJECT": "../x"]),
        SubmitterAttempt(words: ["-q", "locked"] + image, says: "the run's name \"x\"", setting: ["LAUNCH_NAME": "x"]),
    ]

    /// The run's source.
    static let sources = [
        source("--image", "evil.example.com/train:v1", says: "does not allow the image evil.example.com/train:v1"),
        source("--image", "evil.example.com/HOST/train:v1", says: "does not allow the image evil.example.com/"),
        source(
            "--image", "HOST.evil.example.com/train:v1", says: "does not allow the image HOST.evil.example.com/train:v1"
        ),
        source("--image", "HOST:443/train:v1", says: "does not allow the image HOST:443/train:v1"),
        source("--image", "HOST/train/evil:v1", says: "does not allow the image HOST/train/evil:v1"),
        source("--image", "HOST/train-evil", says: "does not allow the image HOST/train-evil"),
        source("--image", "train:v1", says: "does not allow the image docker.io/library/train:v1"),
        source("--image", "deadbeef0123", says: "an engine may take for the ID of another image"),
        source("--image", "../train", says: "'..' is not a host name"),
        git("https://github.com/evil/train", says: "does not allow the repository https://github.com/evil/train"),
        git("https://github.com/team/../evil/train", says: "'.' or '..'"),
        git("https://github.com/team/%2e%2e/evil", says: "its path has a '%'"),
        git("https://github.com.evil.com/team/train", says: "does not allow the repository"),
        git("https://github.com:8443/team/train", says: "does not allow the repository"),
        git("http://github.com/team/train", says: "does not allow the repository"),
        git("ssh://git@github.com/team/train", says: "does not allow the repository"),
        git("git@github.com:team/train", says: "does not allow the repository"),
        git("file:///etc", says: "does not allow the repository"),
        git("https://x@github.com/team/train", says: "holds a user name or a password"),
        git("--upload-pack=evil", says: "is not the address of a git repository"),
        source("--source", "DIR/elsewhere", says: "does not let a submitter build the folder"),
        source("--source", "DIR/allowed/link", says: "does not let a submitter build the folder"),
        source("--source", "DIR/allowed/../elsewhere", says: "does not let a submitter build the folder"),
        source("--image", "HOST/train:v1", "--code", "DIR/elsewhere", says: "does not let a submitter run the folder"),
        source(
            "--image", "HOST/train:v1", "--code", "DIR/allowed/link", says: "does not let a submitter run the folder"),
        source("--image", "HOST/evil:v1", "--code", "DIR/allowed/mine", says: "does not allow the image HOST/evil:v1"),
        source(
            "--image", "HOST/train:v1", "--git", "https://github.com/evil/train", "--git-version",
            LockedQueues.commit, "--code-channel", says: "does not allow the repository https://github.com/evil/train"),
        ask("--code", "DIR/allowed/mine", "--set", "code_uri=s3://mine/x", says: "\(change) code_uri"),
        ask(
            "--code", "DIR/allowed/mine", "-E", "sh evil.sh",
            says: "\(change) AlgorithmSpecification.ContainerEntrypoint"),
        source("-j", "evil", says: "does not allow the image evil.example.com/train:v1"),
        source("-j", "gitevil:v1", says: "does not allow the repository https://github.com/evil/train"),
        source("-j", "codeevil", says: "does not let a submitter build the folder"),
        ask("--dockerfile", "../../x", says: "--dockerfile is for --source and --git", code: 64),
        ask("--git-version", "main", says: "--git-version is for --git", code: 64),
    ]

    /// Values that would escape their parts of the template.
    static let values = [
        box("-p", "../secret", says: "cannot be in a mount: it has '/'"),
        box("-p", "a:b", says: "cannot be in a mount: it has ':'"),
        box("-p", "a,b", says: "cannot be in a mount: it has ','"),
        box("--name", "../etc", says: "cannot be in a path: it has '/'"),
        box("--name", "a b", says: "cannot be in a name: it has ' '"),
        box("-V", "set=../secret", says: "cannot be in a mount: it has '/'"),
        box("-V", "set=..", says: "cannot be in a mount: it is '..'"),
        box("-V", "set=", says: "cannot be in a mount: it is empty"),
        box("-V", "set=x:/etc", says: "cannot be in a mount: it has ':'"),
        box("-V", "set=a\nb", says: "cannot be in a mount: it has a control character"),
        box("--set", "volumes=[\"/:/host\"]", says: "\(change) volumes"),
        box("--set", "network=host", says: "\(change) network"),
        box("--set", "user=0", says: "\(change) user"),
        box("-R", #"{"local-docker": {}, "volumes": ["/:/host"]}"#, says: #""volumes" beside "local-docker""#),
        box("--param", "x=1", says: "\(change) params.x"), box("-E", "sh", says: "\(change) entry_point"),
        box("--", "x", says: "\(change) args"),
    ]

    /// The same through a file.
    static let specs = [
        spec("set: {RoleArn: x}", says: "\(change) RoleArn"),
        spec("resource_args: {ResourceConfig: {InstanceCount: 9}}", says: "\(change) ResourceConfig.InstanceCount"),
        spec("resource_args: {sagemaker: {}, StoppingCondition: {}}", says: #""StoppingCondition" beside "sagemaker""#),
        spec("env: {A: b}", says: "\(change) Environment.A"),
        spec("params: {lr: 1}", says: "\(change) HyperParameters.lr"),
        spec("args: [x]", says: "\(change) AlgorithmSpecification.ContainerArguments"),
        spec("entry_point: [x]", says: "\(change) AlgorithmSpecification.ContainerEntrypoint"),
        spec("set_vars: {a: b}", says: "the queue has no template variable"),
        spec("rehearse: true", says: "'allow_rehearse: true'"),
        spec("rehearse: true\nwith_credentials: true", says: "'allow_credentials: true'"),
        spec("rehearse: true\nchannels: {train: /etc}", says: "the folder /etc for channel train"),
        spec("rehearse: true\noutput: /root", says: "the folder /root for output"),
        spec("rehearse: true\ncheckpoints: ../../../../../../root", says: "the folder /root for checkpoints"),
        spec("priority: critical", says: "'max_priority: critical'"),
        spec("project: ../x", says: "the project \"../x\""),
        spec("name: best", says: "\(choose) the run's name"),
        spec("image: evil.example.com/x", says: "does not allow the image"),
        spec(
            "git: https://github.com/evil/x\ngit_version: \(LockedQueues.commit)", says: "does not allow the repository"
        ),
        spec("source: elsewhere", says: "does not let a submitter build the folder"),
        spec("code: elsewhere", says: "does not let a submitter run the folder"),
        spec("job: evil", says: "does not allow the image"), spec("author: root", says: "a spec has no key \"author\""),
        spec("allow_rehearse: true", says: "unknown key"),
        spec("resource: mock", says: "queue locked is for sagemaker", code: 64),
        spec("dockerfile: ../x", says: "--dockerfile is for", code: 64),
    ]

    private static func on(_ queue: String, _ more: [String], _ says: String, code: Int32 = 65) -> SubmitterAttempt {
        SubmitterAttempt(words: ["-q", queue] + image + more, says: says, code: code)
    }

    private static func protected(_ queue: String, _ settings: [String]) -> [SubmitterAttempt] {
        settings.map { setting in
            on(
                queue, ["--set", setting],
                "\(setting.prefix { $0 != "=" && $0 != "." }) is the queue's to set, not a submitter's")
        }
    }

    /// What is charged, what is used of the cluster, and what runs outside of the container.
    static let slurm =
        protected(
            "cluster",
            [
                "partition=urgent", "account=other", "qos=high", "reservation=course", "constraint=h100",
                "exclude=node1", "time=30d", "nodes=1000", "ntasks=1000", "ntasks_per_node=64", "cpus_per_task=64",
                "mem=1t", "gpus=8", "gres=gpu:8", "requeue=true", "workdir=/root", "output_folder=/root",
                "container=[]", "container=[sh, -c]", "container=null", "partition=null",
            ])
        + [
            on("cluster", ["-R", #"{"slurm": {"partition": "urgent"}}"#], "partition is the queue's to set"),
            on("cluster", ["-R", #"{"slurm": {}, "container": []}"#], #""container" beside "slurm""#),
            on("cluster", ["-p", "../secret"], "the project \"../secret\""),
            on("cluster", ["-p", "a:b"], "the project \"a:b\" has ':'"),
            on("cluster", ["--name", "../x"], "the run's name \"../x\""),
            on("cluster", ["-V", "set=x:/x,/:/host"], "cannot be in a word of a command: it has ':'"),
            on("cluster", ["-V", "set=../../root"], "cannot be in a word of a command: it has '/'"),
            on("cluster", ["-V", "set=--bind"], "cannot be in a word of a command: it begins with '-'"),
            on("cluster2", ["-E", "sh"], "\(change) command"),
            on("cluster2", ["--env", "LD_PRELOAD=/x.so"], "\(change) env.LD_PRELOAD"),
            on("cluster2", ["--", "--evil"], "\(change) args"),
            on("cluster2", ["--set", "partition=urgent"], "\(change) partition"),
            on("cluster2", ["-p", "other"], "\(choose) the project"),
            on("cluster2", ["-P", "critical"], "'max_priority: critical'"),
        ]

    /// Where jobs of Batch run, as whom, and for how long.
    static let batch =
        protected(
            "farm",
            [
                "job_queue=urgent", "container_properties={}", "container_properties.privileged=true",
                "container_properties.jobRoleArn=arn:aws:iam::123456789012:role/admin",
                "container_properties.volumes=[]", "job_definition=admin:1", "platform=FARGATE", "resources.GPU=8",
                "resources={VCPU: 96}", "array_size=10000", "attempts=10", "timeout=30d", "share_identifier=other",
                "scheduling_priority=9999", "tags.team=other", "tags={}", "propagate_tags=true", "job_queue=null",
            ])
        + [
            on("farm", ["-R", #"{"aws-batch": {"job_queue": "urgent"}}"#], "job_queue is the queue's to set"),
            on("farm", ["-R", #"{"aws-batch": {}, "job_queue": "urgent"}"#], #""job_queue" beside "aws-batch""#),
            on("farm", ["-p", "../admin"], "the project \"../admin\""),
            on("farm", ["-p", "*"], "the project \"*\""),
            on("farm", ["--name", "../other"], "the run's name"),
            on("farm", ["--name", "a:b"], "the run's name \"a:b\" has ':'"),
            on("farm", ["-V", "set=../secret"], "cannot be in a path: it has '/'"),
            on("farm", ["-V", "set=.."], "cannot be in a path: it is '..'"),
            on("farm2", ["-E", "sh"], "\(change) command"),
            on("farm2", ["--env", "A=b"], "\(change) env.A"),
            on("farm2", ["--set", "image=evil.example.com/x"], "\(change) image"),
            on("farm2", ["--set", "parameters.x=1"], "\(change) parameters"),
        ]
}
