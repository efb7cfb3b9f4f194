import LaunchHost
import Testing

/// Invalid configurations, each rejected at its position. The tests compare the complete output.
@Suite struct WrongConfigurationTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var text: String
        var says: [String]
        var hint: String?
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        // The rows of the comparison with W&B, which accepts most of these configurations.
        Case(
            name: "misspelt key", text: "max_job: 2\n",
            says: ["1:1: unknown key \"max_job\" at the top level; did you mean \"max_jobs\"?"]),
        Case(
            name: "misspelt type", text: "builder:\n  type: dockr\n",
            says: ["2:9: unknown builder type \"dockr\"; did you mean \"docker\"?"], hint: "known types: docker, noop"),
        Case(
            name: "misspelt builder key", text: "builder:\n  type: docker\n  destinaton: x\n",
            says: ["3:3: unknown key \"destinaton\" in builder (type: docker); did you mean \"destination\"?"]),
        Case(
            name: "misspelt required key", text: "environment: {type: aws, regoin: us-east-1}\n",
            says: ["1:26: unknown key \"regoin\" in environment (type: aws); did you mean \"region\"?"]),
        Case(
            name: "url for uri", text: "registry:\n  type: local\n  url: localhost:5000\n",
            says: ["3:3: unknown key \"url\" in registry (type: local); did you mean \"uri\"?"]),
        Case(
            name: "address of another type",
            text: "registry:\n  type: local\n  uri: arn:aws:ecr:us-east-1:123456789012:repository/team/train\n",
            says: [
                "3:8: \"uri\" in registry (type: local) must be the address of a registry of this type; found \"arn:aws:ecr:us-east-1:123456789012:repository/team/train\", which is of type ecr"
            ], hint: "write type: ecr and uri: store.example.com/team/train"),
        Case(
            name: "negative limit", text: "max_jobs: -7\n",
            says: ["1:11: \"max_jobs\" must be -1 or a whole number from 1 to 1000000; found the number -7"],
            hint: "for example 4, or -1 for no limit"),
        Case(
            name: "no jobs at all", text: "max_jobs: 0\n",
            says: ["1:11: \"max_jobs\" must be -1 or a whole number from 1 to 1000000; found the number 0"]),
        Case(name: "no queues", text: "queues: []\n", says: ["1:9: \"queues\" is empty"]),
        // More rows.
        Case(
            name: "queue twice", text: "queues:\n  - a\n  - b\n  - a\n",
            says: ["4:5: the queue \"a\" is named twice; the first is at 2:5"]),
        Case(name: "nameless queue", text: "queues: [\" \"]\n", says: ["1:10: item 1 of \"queues\" is an empty name"]),
        Case(
            name: "text for a list", text: "queues: default\n",
            says: ["1:9: \"queues\" must be a list of text; found the text \"default\""],
            hint: "write queues: [default]"),
        Case(
            name: "misplaced key", text: "builder:\n  type: docker\n  uri: localhost:5000/x\n",
            says: ["3:3: \"uri\" belongs to registry, not to builder (type: docker)"],
            hint: "move it into the block \"registry:\""),
        Case(
            name: "misplaced at the top", text: "region: us-east-1\n",
            says: ["1:1: \"region\" belongs to environment, not to the top level"]),
        Case(
            name: "key of the top level in a block", text: "builder:\n  type: noop\n  queues: [a]\n",
            says: ["3:3: \"queues\" belongs to the top level, not to builder (type: noop)"]),
        Case(
            name: "key of another type", text: "builder:\n  type: noop\n  platform: linux/amd64\n",
            says: ["3:3: \"platform\" is a key of builder type \"docker\", not of \"noop\""]),
        Case(
            name: "hyphens", text: "max-jobs: 2\nbuilder: {type: docker, build-args: {A: b}}\n",
            says: [
                "1:1: unknown key \"max-jobs\" at the top level; did you mean \"max_jobs\"?",
                "2:25: unknown key \"build-args\" in builder (type: docker); did you mean \"build_args\"?",
            ]),
        Case(
            name: "no for false", text: "builder: {type: docker, pull: no}\n",
            says: ["1:31: \"pull\" in builder (type: docker) must be true or false; found the text \"no\""],
            hint: "\"no\" is text in YAML 1.2; write pull: false"),
        Case(
            name: "quoted number", text: "max_jobs: \"4\"\n",
            says: ["1:11: \"max_jobs\" must be -1 or a whole number from 1 to 1000000; found the text \"4\""],
            hint: "write max_jobs: 4, without quotes"),
        Case(
            name: "number for text", text: "entity: 42\n",
            says: ["1:9: \"entity\" must be text; found the number 42"], hint: "write entity: \"42\" in quotes for text"
        ),
        Case(
            name: "octal", text: "max_jobs: 010\n",
            says: [
                "1:11: the number 010 begins with a zero: YAML 1.1 reads it as octal, YAML 1.2 as decimal",
                "1:11: \"max_jobs\" must be -1 or a whole number from 1 to 1000000; found the text \"010\"",
            ], hint: "write 10 for decimal, 0o10 for octal, or \"010\" in quotes for text"),
        Case(
            name: "missing required key", text: "environment:\n  type: aws\n",
            says: ["1:1: \"region\" is missing in environment (type: aws)"],
            hint: "add region: The region. (for example us-east-1)"),
        Case(
            name: "required but empty", text: "environment:\n  type: aws\n  region:\n",
            says: ["3:3: \"region\" in environment (type: aws) is required, but empty"]),
        Case(
            name: "no type", text: "builder:\n  platform: linux/amd64\n", says: ["1:1: \"builder\" has no \"type\""],
            hint: "known types: docker, noop"),
        Case(
            name: "block without a mapping", text: "builder: docker\n",
            says: ["1:10: \"builder\" must be a mapping with a \"type\"; found the text \"docker\""],
            hint: "write builder: {type: docker}"),
        Case(
            name: "wrong choice", text: "builder: {type: docker, platform: linux/amd46}\n",
            says: [
                "1:35: \"platform\" in builder (type: docker) must be linux/amd64 or linux/arm64; found \"linux/amd46\"; did you mean \"linux/amd64\"?"
            ]),
        Case(
            name: "wrong duration", text: "builder: {type: docker, timeout: 10 minutes}\n",
            says: [
                "1:34: \"timeout\" in builder (type: docker) must be a length of time, e.g. 90s, 10m or 2h; found the text \"10 minutes\""
            ]),
        Case(
            name: "wrong size below", text: "builder: {type: docker, cache: {size: much, sise: 1}}\n",
            says: [
                "1:39: \"size\" in \"cache\" in builder (type: docker) must be a size, e.g. 512m or 8g; found the text \"much\"",
                "1:45: unknown key \"sise\" in \"cache\" in builder (type: docker); did you mean \"size\"?",
            ]),
        Case(
            name: "number in a map of text", text: "builder: {type: docker, build_args: {JOBS: 4}}\n",
            says: ["1:44: \"JOBS\" of \"build_args\" in builder (type: docker) must be text; found the number 4"],
            hint: "write JOBS: \"4\" in quotes for text"),
        Case(
            name: "duplicate key", text: "max_jobs: 1\nqueues: [a]\nmax_jobs: 2\n",
            says: ["3:1: duplicate key \"max_jobs\"; the first is at 1:1"]),
        Case(
            name: "W&B's key", text: "max_schedulers: 2\nbuilder: {type: docker, kaniko-image: x}\n",
            says: [
                "1:1: the key \"max_schedulers\" of W&B Launch is not supported",
                "2:25: the key \"kaniko-image\" of W&B Launch is not supported",
            ]),
        Case(
            name: "W&B's type", text: "builder: {type: kaniko}\n",
            says: [
                "1:17: unknown builder type \"kaniko\"; build with \"docker\""
            ]),
        Case(
            name: "W&B's type that no plugin explains", text: "registry: {type: gcr}\nrunner: {type: vertex}\n",
            says: [
                "1:18: unknown registry type \"gcr\"; W&B's registry is not supported: use \"local\" or \"ecr\"",
                "2:16: unknown runner type \"vertex\"; W&B's runner is not supported: use \"local-docker\" or \"cloud\"",
            ]),
        Case(
            name: "W&B's key that every runner explains", text: "stopped_run_timeout: 60\n",
            says: ["1:1: the key \"stopped_run_timeout\" of W&B Launch is not supported"],
            hint: "remove it: a queue of containers has stop_grace; the cloud gives a minute"),
        Case(
            name: "W&B's key that the configured runner explains",
            text: "stopped_run_timeout: 60\nrunner: {type: cloud}\n",
            says: ["1:1: the key \"stopped_run_timeout\" of W&B Launch is not supported"],
            hint: "remove it: the cloud gives a minute"),
        Case(
            name: "W&B's key of a runner", text: "runner: {type: cloud, job_role: x}\n",
            says: ["1:23: the key \"job_role\" of W&B Launch is not supported"],
            hint: "write it into the queue's file"),
        Case(
            name: "W&B's key of another runner", text: "runner: {type: local-docker, job_role: x}\n",
            says: ["1:30: unknown key \"job_role\" in runner (type: local-docker)"]),
        Case(
            name: "a block for runners", text: "runners: {type: cloud}\n",
            says: ["1:10: \"runners\" must be a list of blocks; found a mapping"],
            hint: "write runners: [{type: local-docker}]"),
        Case(
            name: "a type in runners", text: "runners:\n  - cloud\n",
            says: ["2:5: \"runners[0]\" must be a mapping with a \"type\"; found the text \"cloud\""],
            hint: "write - {type: cloud}"),
        Case(
            name: "a runner without a type", text: "runners:\n  - {network: none}\n",
            says: ["2:5: \"runners[0]\" has no \"type\""], hint: "known types: local-docker, cloud"),
        Case(
            name: "two blocks of one runner",
            text: "runner: {type: cloud}\nrunners:\n  - {type: local-docker}\n  - {type: cloud}\n",
            says: ["4:5: the runner \"cloud\" has two blocks; the first is runner"], hint: "keep one of them"),
        Case(
            name: "misspelt key in runners", text: "runners:\n  - {type: local-docker, netwrok: none}\n",
            says: ["2:26: unknown key \"netwrok\" in runner (type: local-docker); did you mean \"network\"?"]),
        Case(
            name: "a list as the file", text: "- a\n",
            says: ["1:1: the file must be a mapping of keys such as \"queues:\"; found a list"]),
        Case(
            name: "a variable", text: "environment: {type: aws, region: \"${AWS_REGION}\"}\n",
            says: ["1:34: warning: \"${AWS_REGION}\" is used literally: this file does not expand variables"]),
    ]

    @Test(arguments: cases) func `each wrong configuration is rejected at its position`(_ wrong: Case) throws {
        let diagnostics = Fake.diagnostics(wrong.text)
        #expect(Fake.heads(diagnostics) == wrong.says.map { "launch-config.yaml:\($0)" })
        if let hint = wrong.hint { #expect(diagnostics.first?.hint == hint) }
    }

    @Test func `all errors are reported together`() throws {
        let text = """
            max_job: 2
            queues: [a, a]
            builder:
              type: docker
              destinaton: x
              pull: maybe
            registry: {type: lokal}
            """
        #expect(Fake.diagnostics(text).count == 5)
    }

    @Test(arguments: [
        "password: hunter2\n", "registry: {type: local, \"Pasword\" : hunter2}\n", "{\"API_KEY\":\"hunter2\"}",
        "my-secret-thing: hunter2\nx: [\n", "registry: {type: local, password: 12345, uri: [hunter2]}\n",
        "registry:\n  type: local\n  password: 12345\n",
    ])
    func `an error does not show a line with a secret`(_ text: String) {
        let diagnostics = Fake.diagnostics(text)
        let shown = DiagnosticRenderer().render(diagnostics)
        #expect(!diagnostics.isEmpty && !shown.contains("hunter2") && !shown.contains("12345"), "\(shown)")
    }

    @Test func `an error about a secret does not show its value`() throws {
        let text = "registry:\n  type: local\n  pasword: hunter2\n  password: [hunter2]\n"
        let shown = DiagnosticRenderer().render(Fake.diagnostics(text))
        #expect(shown.contains("did you mean \"password\"?"))
        #expect(shown.contains("must be text; found a list"))
        #expect(!shown.contains("hunter2"))
    }
}
