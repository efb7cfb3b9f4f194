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
