import Foundation
import LaunchConsole
import LaunchHost
import TestSupport
import Testing

@testable import LaunchCommands

@Suite struct ApplyTests {
    private func run(_ queue: String, in desk: Desk) async throws -> RunID {
        let spec = LaunchSpec(
            source: .image("busybox"), project: "p", entity: "e", author: "a", resource: "mock", queue: queue)
        return try await desk.store().submit(spec).id
    }

    @Test func `queues are created and changed, and the second call changes nothing`() async throws {
        let desk = try Desk()
        try desk.folder.write("q/train.yaml", "resource: mock\nlog_lines: 3\n")
        try desk.folder.write("q/other.json", "{\"queue\": \"eval\", \"resource\": \"mock\"}\n")
        try desk.folder.write("q/README.md", "no queue\n")
        try desk.folder.write("q/.hidden.yaml", "no: queue\n")
        let line = "apply -f \(desk.folder.path)/q"
        let dry = await desk.run("\(line) --dry-run")
        #expect(dry.code == .differs && dry.errors == "queues: 2 to create\n")
        await #expect(try desk.store().queues().isEmpty)
        let first = await desk.run(line)
        #expect(first.code == .ok && first.output == dry.output)
        #expect(
            first.output == """
                create eval (mock)
                --- nothing
                +++ DIR/q/other.json
                @@ -0,0 +1 @@
                +{"queue": "eval", "resource": "mock"}
                create train (mock)
                --- nothing
                +++ DIR/q/train.yaml
                @@ -0,0 +1,3 @@
                +queue: train
                +resource: mock
                +log_lines: 3

                """)
        #expect(first.errors == "The queue 'eval' is created.\nThe queue 'train' is created.\n")
        let second = await desk.run(line)
        #expect(second.code == .ok && second.output == "" && second.errors == "queues: 2 unchanged\n")
        #expect(await desk.run("\(line) --dry-run").code == .ok)

        try desk.folder.write("q/train.yaml", "# faster\nresource: mock\nlog_lines: 4\n")
        let changed = await desk.run("\(line) --json")
        let steps = try changed.json()["queues"]?.arrayValue ?? []
        #expect(steps.map { $0["action"]?.stringValue } == ["unchanged", "change"])
        #expect(steps.last?["diff"]?.arrayValue?.contains(.string("+log_lines: 4")) == true)
        #expect(try changed.json()["differs"] == .bool(true))
        await #expect(try desk.store().queue("train").definition.template["log_lines"] == .integer(4))
    }

    /// 'launch apply | head' must not leave out the changes, and a pipeline needs the exit code of a dry run.
    @Test(arguments: ["", "--json"])
    func `a reader that has left changes neither the result nor the exit code`(option: String) async throws {
        let desk = try Desk()
        try desk.folder.write("q/train.yaml", "resource: mock\n")
        let words = ["apply", "-f", "\(desk.folder.path)/q"] + (option.isEmpty ? [] : [option])
        #expect(await desk.runUnread(words + ["--dry-run"]) == .differs)
        await #expect(try desk.store().queues().isEmpty)
        #expect(await desk.runUnread(words) == .ok)
        await #expect(try desk.store().queues().map(\.name) == ["train"])
    }

    @Test func `a link to a file outside of the folder is not read`() async throws {
        let desk = try Desk()
        try desk.folder.write("secret", "password: hunter2\n")
        try desk.folder.write("q/a.yaml", "resource: mock\n")
        let folder = "\(desk.folder.path)/q"
        let manager = FileManager.default
        try manager.createSymbolicLink(atPath: "\(folder)/b.yaml", withDestinationPath: "a.yaml")
        try manager.createSymbolicLink(atPath: "\(folder)/c.yaml", withDestinationPath: "../secret")
        let answer = await desk.run("apply -f \(folder)")
        #expect(answer.code == .invalidData && !answer.errors.contains("hunter2"))
        #expect(answer.errors.contains("The folder 'DIR/q' has 1 link to files outside of it: DIR/q/c.yaml."))
        try manager.removeItem(atPath: "\(folder)/c.yaml")
        #expect(await desk.run("apply -f \(folder)").code == .ok)
        await #expect(try desk.store().queues().map(\.name) == ["a", "b"])
    }

    @Test func `all errors of all files are reported, and nothing is changed`() async throws {
        let desk = try Desk()
        try desk.folder.write("q/a.yaml", "resource: mock\n")
        try desk.folder.write("q/b.yaml", "resource: mok\n")
        try desk.folder.write("q/c.yaml", "log_lines: 3\n")
        try desk.folder.write("q/d.yaml", "queue: a\nresource: mock\n")
        try desk.folder.write("q/e.yaml", "queue: [a]\nresource: mock\n")
        try desk.folder.write("q/f.yaml", "resource: local-docker\nmemry: 1\ncpus: x\n")
        try desk.folder.write("q/g.yaml", "# nothing\n")
        try desk.folder.write("q/not a name.yaml", "resource: mock\n")
        let answer = await desk.run(words: ["apply", "-f", desk.folder.file("q"), "-f", desk.folder.file("none.yaml")])
        #expect(answer.code == .invalidData && answer.output == "")
        for text in [
            "error: The 9 files have 9 errors, so nothing was changed.\n",
            "DIR/q/b.yaml:1:11: The resource \"mok\" does not exist in this program; did you mean \"mock\"?",
            "DIR/q/c.yaml:1:1: the file does not say the resource of the new queue \"c\"\n",
            "DIR/q/d.yaml:1:8: the queue \"a\" is in DIR/q/a.yaml too\n",
            "DIR/q/e.yaml:1:8: \"queue\" must be the name of a queue, as text\n",
            "DIR/q/f.yaml:2:1: unknown key \"memry\"", "DIR/q/f.yaml:3:7: ", "DIR/q/g.yaml is empty",
            "DIR/q/not a name.yaml:1:1: \"not a name\" cannot be the name of a queue\n",
            "DIR/none.yaml: the file does not exist",
        ] { #expect(answer.errors.contains(text), "\(text) in \(answer.errors)") }
        await #expect(try desk.store().queues().isEmpty)
        try desk.folder.write("empty/x.txt", "")
        let empty = await desk.run(words: ["apply", "--prune", "-f", desk.folder.file("empty")])
        #expect(empty.code == .invalidData && empty.errors.contains("has no file that ends in .yaml, .yml or .json"))
        #expect(await desk.run("apply").code == .usage)
    }

    @Test func `the resource of a queue stays`() async throws {
        let desk = try Desk()
        _ = await desk.run("queue create train -r mock")
        let other = try desk.folder.write("train.yaml", "resource: local-docker\n")
        let answer = await desk.run("apply -f \(other)")
        #expect(answer.code == .invalidData)
        #expect(
            answer.errors.contains(
                "DIR/train.yaml:1:11: the queue \"train\" is of resource \"mock\", which cannot become \"local-docker\"\n"
            ))
        // Without the key, the resource is that of the stored queue.
        try desk.folder.write("train.yaml", "log_lines: 9\n")
        #expect(await desk.run("apply -f \(other)").errors == "The queue 'train' is changed.\n")
    }

    @Test func `queues without a file are deleted only with --prune, and never with runs`() async throws {
        let desk = try Desk()
        for name in ["a", "b", "c"] { _ = await desk.run("queue create \(name) -r mock") }
        let file = try desk.folder.write("q.yaml", "queue: a\nresource: mock\nlog_lines: 7\n")
        let id = try await run("b", in: desk)
        let refused = await desk.run("apply -f \(file) --prune --yes")
        #expect(refused.code == .invalidData)
        #expect(refused.errors.contains("the queue \"b\" has 1 run that has not ended: \(id)\n"))
        await #expect(try desk.store().queue("a").definition.template["log_lines"] == .integer(3))
        _ = await desk.run("stop \(id)")
        let words = ["apply", "-f", file, "--prune"]
        let asked = await desk.run(words: words, onTerminal: true, typing: ["n"])
        #expect(
            asked.code == .ok && asked.errors.contains("2 queues without a file will be deleted: b and c. Continue?"))
        await #expect(try desk.store().queues().map(\.name) == ["a", "b", "c"])
        let dry = await desk.run(words: words + ["--dry-run"])
        #expect(dry.code == .differs && dry.errors == "queues: 1 to change, 2 to delete\n")
        let agreed = await desk.run(words: words, onTerminal: true, typing: ["yes"])
        #expect(agreed.code == .ok)
        await #expect(try desk.store().queues().map(\.name) == ["a"])
    }

    @Test func `colours are for terminals`() async throws {
        var desk = try Desk()
        desk.variables["TERM"] = "xterm"
        let file = try desk.folder.write("a.yaml", "resource: mock\n")
        let words = ["apply", "--dry-run", "-f", file]
        #expect(await desk.run(words: words, onTerminal: true).output.contains("\u{1B}[32m+resource: mock\u{1B}[0m"))
        #expect(await desk.run(words: words).output.contains("\n+resource: mock\n"))
    }

    /// Programs that apply the same files at the same time end with the same queues and no error.
    @Test func `two applies at the same time are harmless`() async throws {
        let desk = try Desk()
        for name in 1...8 { try desk.folder.write("q/q\(name).yaml", "resource: mock\nlog_lines: \(name)\n") }
        _ = await desk.run("queue create old -r mock")
        _ = await desk.run("queue create q1 -r mock")
        let answers = await withTaskGroup(of: Desk.Answer.self) { group in
            for _ in 0..<8 {
                group.addTask { await desk.run("apply --prune --yes -f \(desk.folder.path)/q") }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        for answer in answers { #expect(answer.code == .ok, "\(answer.errors)") }
        let queues = try await desk.store().queues()
        #expect(queues.map(\.name) == (1...8).map { "q\($0)" })
        #expect(queues.map { $0.definition.template["log_lines"] } == (1...8).map { .integer(Int64($0)) })
    }

    @Test func `each example of the repository is applied and exported unchanged`() async throws {
        let desk = try Desk()
        let file = "\(Examples.iris)/queue.yaml"
        #expect(await desk.run("queue create queue -r local-docker --config \(file)").code == .ok)
        #expect(await desk.run("apply --dry-run -f \(file)").code == .ok)
        #expect(await desk.run("queue export --to \(desk.folder.path)/q").code == .ok)
        #expect(await desk.run("apply --dry-run --prune -f \(desk.folder.path)/q").code == .ok)
    }
}
