import Foundation
import LaunchPluginKit
import TestSupport
import Testing

@testable import LaunchSlurm

@Suite("a rendered request")
struct SlurmRenderTests {
    private func request(_ template: [String: JSONValue], _ command: [String]? = ["true"]) throws -> SlurmRequest {
        let id = try #require(RunID(rawValue: "abcd1234"))
        return SlurmRequest(try SlurmRequest.render(runnable(id, command: command, template: template)).document)
    }

    @Test
    func `gives each option to sbatch as one argument`() throws {
        let arguments = try request([
            "partition": "gpu,long", "account": "vision", "time": 93_784.5, "nodes": 2, "cpus_per_task": 8,
            "mem": .integer(17_179_869_185), "gpus": 4, "gres": "gpu:a100:2", "constraint": "[a100*2&h100]",
            "exclude": "node[3-4]", "requeue": true,
        ]).arguments
        #expect(
            arguments == [
                "--partition=gpu,long", "--account=vision", "--constraint=[a100*2&h100]", "--exclude=node[3-4]",
                "--time=1-02:03:05", "--nodes=2", "--cpus-per-task=8", "--mem=16777217K", "--gpus=4",
                "--gres=gpu:a100:2", "--requeue",
            ])
        #expect(try request(["mem": 0]).arguments == ["--mem=0", "--no-requeue"])
    }

    @Test(arguments: ["--uid=0", "-x", "a b", "a\nb", "%j", "a;b", "$(id)", "`id`", "", "é", "a\u{0}", "../x", "a\\b"])
    func `refuses text that is outside of an option's grammar`(_ text: String) throws {
        for option in SlurmTemplate.options where option.field.kind.isText(at: []) {
            let request = try request([option.name: .string(text)])
            #expect(request.findings().map(\.path) == [FieldPath([.member(option.name)])], "\(option.name)")
            #expect(request.arguments == ["--no-requeue"], "\(option.name)")
        }
    }

    @Test
    func `needs a program, absolute paths, and variables that bash and the kernel accept`() throws {
        let request = try request(
            [
                "workdir": "code", "output_folder": "results", "container": ["--bind=/"],
                "env": [
                    "a-b": "", "UID": "0", "1A": "", "GOOD_1": "x",
                    "LONG": .string(String(repeating: "x", count: 131_072)),
                ],
            ], nil)
        #expect(
            request.findings().map(\.path.description) == [
                "command", "container", "workdir", "output_folder", "env.1A", "env.LONG", "env.UID", "env.a-b",
            ])
    }

    @Test
    func `has the container command before the program, and the variables of the run`() throws {
        let request = try request(["container": ["apptainer", "exec"], "env": ["LAUNCH_RUN_ID": "no"]], ["a", "b"])
        #expect(request.command == ["apptainer", "exec", "a", "b"])
        #expect(request.environment["LAUNCH_RUN_ID"] == "abcd1234")
        #expect(request.environment["LAUNCH_RUN_CONFIG"] == "{}")
    }

    /// The container's command runs on the node, with the variables of the submitter.
    @Test
    func `with a container refuses variables of a submitter that the container's command reads itself`() throws {
        let id = try #require(RunID(rawValue: "abcd1234"))
        let refused = [
            "PATH", "LD_PRELOAD", "APPTAINER_BIND", "SINGULARITY_BIND", "SLURM_TASK_PROLOG", "BASH_ENV", "HOME",
        ]
        let given = Dictionary(
            uniqueKeysWithValues: (refused + ["APPTAINERENV_PATH", "LR", "PATHS"]).map { ($0, "/x") })
        func findings(_ template: [String: JSONValue], queue: String? = "q") throws -> [String] {
            var runnable = runnable(id, command: ["true"], template: template, environment: given)
            runnable.job.queue = queue
            let request = try SlurmRequest.render(runnable)
            return SlurmRequest.Notes(request).findings.map { $0.path.description }
        }
        let container: [String: JSONValue] = ["container": ["apptainer", "exec", "x.sif"]]
        #expect(try findings(container) == refused.sorted().map { "env.\($0)" })
        #expect(try findings(container, queue: nil).isEmpty)
        #expect(try findings([:]).isEmpty)
        // The owner's own value is not refused.
        let own = container.merging(["env": ["PATH": "/x"]]) { $1 }
        let left = try findings(own)
        #expect(!left.contains("env.PATH"))
    }

    @Test(arguments: ["--bind=/data/..:/data", "/data/../x:/data", "type=bind,src=..", "..:/data"])
    func `refuses a part '..' in the words of a container`(_ word: String) throws {
        let request = try request(["container": ["apptainer", "exec", "--bind", .string(word), "docker://a/b:1"]])
        #expect(request.findings().map(\.path.description) == ["container"])
        #expect(try self.request(["container": ["apptainer", "exec", "docker://a/b..c:1"]]).findings().isEmpty)
    }

    @Test
    func `with a source needs a container command`() throws {
        let id = try #require(RunID(rawValue: "abcd1234"))
        let source = Source.code(
            Source.Code(snapshot: String(repeating: "0", count: 64), origin: "code", dockerfile: "Dockerfile"))
        func findings(_ template: [String: JSONValue]) throws -> [String] {
            let job = runnable(id, command: ["true"], template: template, source: source)
            return SlurmRequest(try SlurmRequest.render(job).document).findings().map { $0.path.description }
        }
        #expect(try findings([:]) == ["container"])
        #expect(try findings(["container": ["apptainer", "exec", "docker://image"]]).isEmpty)
    }

    @Test
    func `quotes any text as one word of bash`() throws {
        let texts = [
            "", "a b", "it's", "$(id) `id` \\ \" ! *", "line\nnext\r\n\tend'\\", "\u{1}\u{7f}é漢", "-n", "'", "\\'\n'",
        ]
        let script =
            "for word in \(texts.map { SlurmScript.quoted($0) }.joined(separator: " ")); do printf '%s\\0' \"$word\"; done"
        let output = try Tool.run("bash", ["-c", script])
        #expect(output.split(separator: "\0", omittingEmptySubsequences: false).dropLast().map(String.init) == texts)
        #expect(!script.contains("\r"))
    }
}
