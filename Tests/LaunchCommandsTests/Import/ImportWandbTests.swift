import Foundation
import LaunchConsole
import LaunchHost
import TestSupport
import Testing

@testable import LaunchCommands

@Suite struct ImportWandbTests {
    @Test func `each key of a configuration without a meaning here is named with its place`() async throws {
        let desk = try Desk()
        let file = try desk.folder.write(
            "wandb.yaml",
            """
            # our agent
            max_jobs: "-1"
            queue: train
            max_schedulers: 2
            secure_mode: true
            base_url: https://api.wandb.ai
            stopped_run_timeout: 60
            surprise: 1
            builder:
              type: kaniko
              build-context-store: s3://bucket/ctx
            registry: {}
            """)
        let answer = await desk.run("import wandb \(file) --to \(desk.folder.path)/out")
        #expect(answer.code == .ok && answer.output == "DIR/out/launch-config.yaml\n")
        for place in ["2:11", "3:1", "4:1", "5:1", "6:1", "7:1", "8:1", "10:9", "11:3"] {
            #expect(answer.errors.contains("DIR/wandb.yaml:\(place): warning: "), "\(place) in \(answer.errors)")
        }
        #expect(answer.errors.contains("  hint: remove it: a queue's allow_overrides says"))
        let written = desk.folder.file("out/launch-config.yaml")
        #expect(try String(contentsOfFile: written, encoding: .utf8).hasSuffix("max_jobs: -1\nqueues:\n  - train\n"))
        #expect(await desk.run("config check \(written)").code == .ok)
        #expect(await desk.run("import wandb \(file) --to \(desk.folder.path)/out").code == .ok)
        try desk.folder.write("out/launch-config.yaml", "max_jobs: 2\n")
        let kept = await desk.run("import wandb \(file) --to \(desk.folder.path)/out")
        #expect(kept.code == .invalidData && kept.errors.contains("exists with another content"))
        #expect(await desk.run("import wandb \(file) --force --to \(desk.folder.path)/out").code == .ok)
    }

    /// The test catalog, with the types of W&B that its plugins replace.
    private var catalog: PluginCatalog {
        var registries = TestCatalog.catalog.registries
        for index in registries.indices where registries[index].type == "local" {
            registries[index].hints.types = ["acr": "use local"]
        }
        var builders = TestCatalog.catalog.builders
        for index in builders.indices where builders[index].type == "docker" {
            builders[index].hints.types = ["kaniko": "build with docker"]
        }
        var runners = TestCatalog.catalog.runners
        for index in runners.indices where runners[index].base.type == "local-docker" {
            runners[index].base.hints.types = ["local-container": "it has another name"]
            runners[index].imported = { key, value in
                switch key {
                case "net": ImportedMember("network", value, notes: [.init("\"net\" is written as \"network\"")])
                case "rm": ImportedMember(nil, notes: [.init("\"rm\" is left out", hint: "it is always so")])
                default: nil
                }
            }
        }
        return PluginCatalog(
            environments: TestCatalog.catalog.environments, registries: registries, builders: builders, runners: runners
        )
    }

    @Test func `a queue of a runner that is replaced keeps each member that has a key here`() async throws {
        var desk = try Desk()
        desk.catalog = catalog
        let file = try desk.folder.write(
            "gpu.json", "{\"local-container\": {\"memory\": \"4g\", \"rm\": true,\n \"net\": \"host\"}}")
        let answer = await desk.run("import wandb \(file) --to \(desk.folder.path)/out")
        #expect(answer.code == .ok, "\(answer.errors)")
        for words in [
            "1:2: warning: the resource \"local-container\" is written as \"local-docker\"",
            "warning: \"rm\" is left out", "  hint: it is always so", "2:2: warning: \"net\" is written as \"network\"",
        ] {
            #expect(answer.errors.contains(words), "\(words) in \(answer.errors)")
        }
        #expect(await desk.run("apply -f \(desk.folder.path)/out/queues").code == .ok)
        let queue = try await desk.store().queue("gpu").definition
        #expect(queue.resource == "local-docker")
        #expect(queue.template == .object(["memory": .string("4g"), "network": .string("host")]))
        let wrong = try desk.folder.write("wrong.json", "{\"local-container\": {\"net\": [1], \"gpu\": 1}}")
        let refused = await desk.run("import wandb \(wrong)")
        #expect(refused.code == .invalidData && refused.errors.contains("error: 2 errors"), "\(refused.errors)")
    }

    @Test func `a type that a plugin replaces keeps the keys that it has here`() async throws {
        var desk = try Desk()
        desk.catalog = catalog
        let file = try desk.folder.write(
            "wandb.yaml",
            """
            registry: {type: acr, uri: https://team.example/train}
            builder:
              type: kaniko
              destination: https://team.example/train/image
              platform: linux/amd64
              build-context-store: s3://bucket/ctx
            environment: {type: azure}
            """)
        let answer = await desk.run("import wandb \(file) --to \(desk.folder.path)/out")
        #expect(answer.code == .ok, "\(answer.errors)")
        #expect(answer.errors.contains("1:18: warning: the registry type \"acr\" is written as \"local\""))
        #expect(answer.errors.contains("3:9: warning: the builder type \"kaniko\" is written as \"docker\""))
        #expect(answer.errors.contains("6:3: warning: \"build-context-store\" in builder"))
        #expect(answer.errors.contains("7:21: warning: unknown environment type \"azure\""))
        let written = desk.folder.file("out/launch-config.yaml")
        #expect(
            try String(contentsOfFile: written, encoding: .utf8).hasSuffix(
                """
                registry:
                  type: local
                  uri: team.example/train
                builder:
                  type: docker
                  destination: team.example/train/image
                  platform: linux/amd64

                """))
        #expect(await desk.run("config check \(written)").code == .ok)
    }

    @Test func `the configuration in the values of a chart is imported`() async throws {
        let desk = try Desk()
        let file = try desk.folder.write(
            "values.yaml",
            "agent: {apiKey: \"\"}\nlaunchConfig: |\n  queues: [a]\n  verbosity: 0\nbaseUrl: https://api.wandb.ai\n")
        let answer = await desk.run("import wandb \(file)")
        #expect(answer.code == .ok && answer.output.hasSuffix("queues:\n  - a\n"), "\(answer.errors)")
        #expect(answer.errors.contains("values.yaml:2:1: warning: the other values of W&B's chart are left out: agent"))
        #expect(answer.errors.contains("values.yaml (launchConfig):2:1: warning: the key \"verbosity\""))
        for text in ["launchConfig: \"\"\n", "launchConfig: \"{\"\n", "launchConfig: |\n  queues: 3\n"] {
            try desk.folder.write("values.yaml", text)
            #expect(await desk.run("import wandb \(file)").code == .invalidData)
        }
    }

    @Test func `errors that remain have their positions in the original file`() async throws {
        let desk = try Desk()
        let file = try desk.folder.write("wandb.yaml", "# a\nsecure_mode: true\nmax_jobs: many\nregistry:\n  uri: x\n")
        let other = try desk.folder.write("k8s.json", "{\"kubernetes\": {\"kind\": \"Job\"}}")
        let answer = await desk.run("import wandb \(file) \(other) --to \(desk.folder.path)/out")
        #expect(answer.code == .invalidData && answer.output == "")
        #expect(answer.errors.hasPrefix("error: 3 errors, so nothing was written.\n"), "\(answer.errors)")
        for place in ["wandb.yaml:3:11: ", "wandb.yaml:4:1: ", "k8s.json:1:2: unknown resource \"kubernetes\""] {
            #expect(answer.errors.contains("DIR/\(place)"), "\(place) in \(answer.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: desk.folder.file("out")))
    }

    /// The shapes in which W&B shows the same configuration of a queue.
    @Test(arguments: [
        "{\"local-docker\": {\"cpus\": \"{{n}}\", \"memory\": \"1g\"}, \"template_variables\": VARIABLES}",
        "{\"resource_args\": {\"local-docker\": {\"cpus\": \"{{n}}\", \"memory\": \"1g\"}}, \"template_variables\": VARIABLES}",
        "{\"name\": \"queue\", \"type\": \"local-docker\", \"prioritization_mode\": \"V0\", \"entity\": \"team\", "
            + "\"config\": \"{\\\"resource_args\\\": {\\\"local-docker\\\": {\\\"cpus\\\": \\\"{{n}}\\\", \\\"memory\\\": \\\"1g\\\"}}}\", "
            + "\"templateVariables\": [{\"name\": \"n\", \"schema\": \"{\\\"type\\\": \\\"integer\\\", \\\"default\\\": 2}\"}]}",
        "cpus: \"{{n}}\"\nmemory: 1g\nbuilder: {base_image: x}\ntemplate_variables: VARIABLES\n",
    ])
    func `a queue is imported from each of its shapes`(text: String) async throws {
        let desk = try Desk()
        let variables = "{\"n\": {\"schema\": {\"type\": \"integer\", \"default\": 2}}}"
        let file = try desk.folder.write("queue.json", text.replacing("VARIABLES", with: variables))
        let answer = await desk.run("import wandb \(file) -r local-docker --to \(desk.folder.path)/out")
        #expect(answer.code == .ok && answer.output == "DIR/out/queues/queue.yaml\n", "\(answer.errors)")
        #expect(await desk.run("apply -f \(desk.folder.path)/out/queues").code == .ok)
        let queue = try await desk.store().queue("queue").definition
        #expect(queue.resource == "local-docker")
        #expect(queue.template == .object(["cpus": .string("{{n}}"), "memory": .string("1g")]))
        let variable = try queue.variables.decode([TemplateVariable].self).first
        #expect(variable?.type == .integer && variable?.defaultValue == .integer(2))
    }

    @Test func `a queue for no known resource needs the option`() async throws {
        let desk = try Desk()
        let file = try desk.folder.write("queue.json", "{\"A\": 1}")
        let answer = await desk.run("import wandb \(file)")
        #expect(answer.code == .invalidData)
        #expect(
            answer.errors.contains(
                "DIR/queue.json:1:1: the file does not say which resource the queue is for\n"), "\(answer.errors)")
    }

    @Test(arguments: [
        (
            "{\"source_type\": \"image\", \"source\": {\"image\": \"a/b:1\"}, \"runtime\": \"3.10\"}",
            "image: \"a/b:1\"\n", ["runtime"]
        ),
        (
            "{\"source_type\": \"repo\", \"source\": {\"git\": {\"remote\": \"https://e.com/t.git\", \"commit\": \"abc\"}, "
                + "\"entrypoint\": [\"python\", \"t.py\"], \"dockerfile\": \"d/Dockerfile\", \"notebook\": true}}",
            "git: https://e.com/t.git\ngit_version: abc\nentry_point:\n  - python\n  - t.py\ndockerfile: d/Dockerfile\n",
            ["notebook"]
        ),
        (
            "{\"source_type\": \"artifact\", \"source\": {\"artifact\": \"wandb-artifact://_id/x\", \"base_image\": \"p:3\"}}",
            "code: code\nimage: \"p:3\"\n", ["wandb artifact get"]
        ),
    ])
    func `a job becomes a spec`(text: String, spec: String, notes: [String]) async throws {
        let desk = try Desk()
        let file = try desk.folder.write("train/wandb-job.json", text)
        let answer = await desk.run("import wandb \(file) --to \(desk.folder.path)/out")
        #expect(answer.code == .ok && answer.output == "DIR/out/jobs/train.yaml\n", "\(answer.errors)")
        let written = try String(contentsOfFile: desk.folder.file("out/jobs/train.yaml"), encoding: .utf8)
        #expect(
            written.hasSuffix(spec.replacing("\"a/b:1\"", with: "a/b:1").replacing("\"p:3\"", with: "p:3")),
            "\(written)")
        for note in notes { #expect(answer.errors.contains(note)) }
        // Notes in the file are comments, also if a text of the job has line feeds.
        #expect(try Document(reading: desk.folder.file("out/jobs/train.yaml"), kind: .invalid).problems.isEmpty)
    }

    @Test func `each of many keys without a meaning is named, and empty ones are not`() async throws {
        let desk = try Desk()
        let keys = (0..<300).map { "\"k\($0)\": 1, " }.joined()
        let file = try desk.folder.write(
            "wandb-job.json",
            "{\(keys)\"services\": {}, \"input_types\": {\"params\": {\"type_map\": {}}}, \"source_type\": \"image\", "
                + "\"source\": {\"image\": \"a/b:1\"}}")
        let answer = await desk.run("import wandb \(file)")
        #expect(answer.code == .ok)
        #expect(answer.errors.ranges(of: "warning: ").count == 301)
        #expect(!answer.errors.contains("\"services\" is left out"))
    }

    @Test(arguments: [
        "", "null", "[]", "3", "{", "{\"source_type\": 1}", "{\"source_type\": \"repo\", \"source\": []}",
        "{\"source_type\": \"repo\", \"source\": {\"git\": \"x\"}}", "config: \"{\"\n", "config: [1]\nname: {}\n",
        "resource_args: 3\n", "queue: [a]\nmax_jobs: 1\n", "builder: 3\nmax_jobs: 1\n", "runner: [1]\nqueues: []\n",
        "a: &a [*a]\nmax_jobs: 1\n", "name: \"../../etc\"\nresource_args: {mock: {}}\n", "max_jobs: 1\nmax_jobs: 2\n",
    ])
    func `a file that cannot be imported is an error, and nothing is written`(text: String) async throws {
        let desk = try Desk()
        let file = try desk.folder.write("x.yaml", text)
        let answer = await desk.run("import wandb \(file) --to \(desk.folder.path)/out")
        #expect(answer.code == .invalidData && answer.output == "", "\(text): \(answer.output)")
        #expect(answer.errors.hasPrefix("error: "))
        #expect(!FileManager.default.fileExists(atPath: desk.folder.file("out")))
    }

    /// Writing values as YAML and reading them again gives the same values.
    @Test func `each value is written as it is read`() throws {
        var random = SeededRandom(seed: 11)
        let texts = [
            "", " ", "a", "a b", "a: b", "a #b", "# a", "- a", "-", "true", "null", "~", "1", "1.0", "0x1f", "1e3",
            "007", ".5",
            "a\nb", "a\r\nb", "\u{85}", "\u{2028}", "\u{FEFF}", "é", "日本", "😀", "\u{1}", "\"", "\\", "'", "{{a}}",
            "${b}",
            "[a]", "a,b", "a:", ":a", "...", "---", "%a", "@a", "`a`", "a\u{7F}", "key: [", "a ", " a", "!tag", "&a",
            "*a",
        ]
        func node(_ depth: Int) -> ConfigNode {
            switch Int.random(in: 0..<(depth > 3 ? 4 : 7), using: &random) {
            case 0, 1, 2: ConfigNode(.scalar(texts.randomElement(using: &random) ?? "", plain: false))
            case 3:
                ConfigNode(
                    .scalar(
                        ["1", "-2", "1.50", "true", "null", "~", ""].randomElement(using: &random) ?? "", plain: true))
            case 4: ConfigNode(.sequence((0..<Int.random(in: 0...3, using: &random)).map { _ in node(depth + 1) }))
            default:
                ConfigNode(
                    .mapping(
                        Set(
                            (0..<Int.random(in: 0...4, using: &random)).map { _ in
                                texts.randomElement(using: &random) ?? ""
                            }
                        )
                        .sorted().map { ConfigNode.Entry($0, node(depth + 1)) }))
            }
        }
        for _ in 0..<2_000 {
            let value = ConfigNode(.mapping([ConfigNode.Entry("k", node(0))]))
            let text = value.yaml
            let read = try Document(text: text, name: "x")
            #expect(read.problems.isEmpty && read.jsonValue == value.jsonValue, "\(text)")
        }
    }
}
