import LaunchConsole
import LaunchHost
import TestSupport
import Testing

@testable import LaunchCommands

@Suite struct CommandTreeTests {
    /// Each command with its path of names.
    private func all(_ command: Command, _ path: [String] = []) -> [(path: [String], command: Command)] {
        [(path, command)] + command.subcommands.flatMap { all($0, path + [$0.name]) }
    }

    @Test func `the command tree is valid`() throws {
        let problems = TreeCheck.problems(in: try Desk().root)
        #expect(problems.joined(separator: "\n") == "")
    }

    @Test func `each visible command has examples`() throws {
        let silent = all(try Desk().root).filter { $0.command.examples.isEmpty && !$0.command.isHidden }
        #expect(silent.map { $0.path.joined(separator: " ") } == [])
    }

    @Test func `each command has help`() async throws {
        let desk = try Desk()
        for (path, command) in all(desk.root) {
            let answer = await desk.run(words: path + ["--help"])
            #expect(answer.code == .ok && answer.output.hasPrefix(command.summary + "\n"), "\(path)")
            #expect(answer.errors == "")
        }
    }

    @Test func `a program with another name shows its own`() throws {
        let root = LaunchProgram.make(catalog: TestCatalog.catalog, version: "1", name: "train-ops").root
        #expect(TreeCheck.problems(in: root) == [])
        for (path, command) in all(root) {
            var texts = [command.summary, command.discussion ?? ""] + command.examples.map(\.line)
            texts += command.options.map(\.help) + command.arguments.map(\.help) + Array(command.advice.values)
            for text in texts { #expect(!text.contains(/(^|['"`(])launch [a-z]/), "\(path): \(text)") }
        }
        let own = ProgramName("train-ops")
        #expect(
            own.replaced(in: "run 'launch doctor', then \"launch list\"")
                == "run 'train-ops doctor', then \"train-ops list\"")
        for text in ["the job 'launch'", "relaunch it", "./launch list", "launch is quick", "a launch agent"] {
            #expect(own.replaced(in: text) == text.replacing(/^launch is/, with: "train-ops is"))
        }
    }

    @Test func `each command with --json prints one document`() async throws {
        let desk = try Desk()
        let queue = "--resource local-docker --config \(Examples.iris)/queue.yaml"
        for line in [
            "version", "agents", "hooks list", "queue list", "queue create iris \(queue)",
            "queue create iris \(queue) --if-not-exists",
            "queue list", "queue show iris", "queue edit iris --config \(Examples.iris)/queue.yaml", "queue pause iris",
            "queue resume iris", "queue export", "queue export iris --to \(desk.folder.path)/q",
            "apply -f \(desk.folder.path)/q", "apply -f \(desk.folder.path)/q --dry-run --prune", "job list",
            "job create image busybox:1", "job create code \(Examples.iris)",
            "job list", "job list --all", "job list iris", "job show iris", "job delete iris:v1", "job delete busybox",
            "config check", "config check \(Examples.iris)/launch-config.yaml", "config schema", "config explain",
            "config explain max_jobs", "config path", "plugins list", "plugins describe mock", "plugins docs", "doctor",
            "import wandb \(Examples.iris)/launch-config.yaml", "store prune --older-than 90d --dry-run",
            "store prune --older-than 90d",
            "code list", "code prune --older-than 30d --dry-run", "code prune --older-than 30d", "queue delete iris",
        ] {
            let answer = await desk.run("\(line) --json")
            #expect(answer.code == .ok, "\(line): \(answer.errors)")
            #expect(throws: Never.self, "\(line)") { try answer.json() }
        }
    }

    @Test func `names of this machine's store are not offered for a store that is shared`() async throws {
        let desk = try Desk()
        _ = await desk.run("queue create train -r mock")
        let shared = try desk.folder.write("shared.yaml", "store: {type: postgres, host: 127.0.0.1}\n")
        let words = ["__complete", "--", "queue", "show"]
        #expect(await desk.run(words: words + [""]).output == "words\ntrain\tmock\n")
        #expect(await desk.run(words: words + ["-c", shared, ""]).output == "words\n")
    }

    @Test func `names are completed`() async throws {
        let desk = try Desk()
        #expect(await desk.run(words: ["__complete", "--", "queue", "show", ""]).output == "words\n")
        #expect(throws: Never.self) { try #require(!LaunchHome(variables: desk.variables).exists) }
        _ = await desk.run("queue create train -r mock")
        _ = await desk.run("queue create tune -r local-docker")
        _ = await desk.run("queue pause tune")
        _ = await desk.run("job create image busybox:glibc -a best")
        #expect(
            await desk.run(words: ["__complete", "--", "queue", "show", "t"]).output
                == "words\ntrain\tmock\ntune\tlocal-docker, paused\n")
        #expect(
            await desk.run(words: ["__complete", "--", "job", "show", "b"]).output == "words\nbusybox\tbusybox:glibc\n")
        #expect(
            await desk.run(words: ["__complete", "--", "job", "show", "busybox:"]).output
                == "words\nbusybox:best\tbusybox:glibc\nbusybox:glibc\tbusybox:glibc\n"
                + "busybox:latest\tbusybox:glibc\nbusybox:v1\tbusybox:glibc\n")
        #expect(await desk.run(words: ["__complete", "--", "config", "explain", "max"]).output == "words\nmax_jobs\n")
        #expect(
            await desk.run(words: ["__complete", "--", "queue", "create", "x", "-r", ""]).output
                == "words\nmock\nlocal-docker\n")
    }
}
