import Foundation
import Glibc
import TestSupport
import Testing

@Suite("Missing and damaged things", .needsEngine)
struct FailureTests {
    @Test(arguments: [
        "unix:///no/such/socket", "tcp://127.0.0.1:1", "nonsense", "ssh://somewhere", "unix://", "tcp://:x",
    ])
    func `without an engine, launch run reports it once and ends with 69`(_ address: String) async throws {
        try await World.with { world in
            for words in [["run"], ["plan"], ["run", "-r", "local-docker"]] {
                let source = words.count > 1 ? [] : ["-q", "q"]
                let answer = try await world.launch(
                    words + source + ["--image", World.image], setting: ["DOCKER_HOST": address])
                #expect(answer.code == 69, "\(words): \(answer)")
                #expect(answer.output.isEmpty)
                let lines = answer.errors.split(separator: "\n")
                #expect(lines.count { $0.contains("DOCKER_HOST") && !$0.contains("hint:") } == 1, "\(answer)")
            }
            // No run waits for an agent.
            let states = try await world.succeeding("list", "--json").json([RunFacts].self).map(\.state)
            #expect(states.allSatisfy { $0 == "failed" }, "\(states)")
        }
    }

    @Test(arguments: ["unix:///no/such/socket", "nonsense"])
    func `an agent without an engine fails no run; with an engine the run is completed`(_ address: String) async throws
    {
        try await World.with { world in
            let id = try await world.submit("echo done")
            let agent = try world.start(["agent", "-q", "q"], setting: ["DOCKER_HOST": address])
            try await agent.hasSaid("goes back to its queue")
            try await agent.signal(SIGTERM)
            #expect(try await agent.end().code == 0)
            #expect(try await world.facts(of: id).state == "queued")
            try await world.drain()
            #expect(try await world.log(of: id).output == "done\n")
        }
    }

    @Test
    func `a missing image fails the run or requeues it; launch run never hangs`() async throws {
        try await World.with { world in
            let answer = try await world.launch("run", "-q", "q", "--image", "localhost:1/no/such:image")
            #expect([1, 69].contains(answer.code), "\(answer)")
            #expect(answer.errors.contains("localhost:1/no/such:image"))
            let facts = try await world.succeeding("list", "--json").json([RunFacts].self).first
            #expect(facts?.state == "failed")
        }
    }

    @Test
    func `a home that cannot be used is one message and ends with 77`() async throws {
        try await World.with { world in
            let file = try world.folder.write("file", "")
            for home in ["/proc/x", file, "\(file)/below", "relative"] {
                for words in [["list"], ["run", "--image", World.image], ["queue", "create", "x", "-r", "mock"]] {
                    let answer = try await world.launch(words, setting: ["LAUNCH_HOME": home])
                    #expect(answer.code == 77, "\(home) \(words): \(answer)")
                    #expect(answer.messages == 1 && answer.output.isEmpty)
                }
            }
        }
    }

    @Test
    func `a home without write permission ends with 77`() async throws {
        guard getuid() == 0, let program = Tool.path("setpriv") else { return }
        try await World.with { world in
            for path in [world.folder.path, world.folder.file("home")] { chmod(path, 0o755) }
            let binary = try LaunchProgram.path
            let text = try Tool.run(
                "/bin/sh",
                [
                    "-c", "\"$0\" --reuid 65534 --clear-groups \"$1\" list; echo code $?", program, binary,
                ], environment: ["LAUNCH_HOME": world.folder.file("home")])
            #expect(text.contains("code 77") || text.contains("code 126"), "\(text)")
        }
    }

    @Test(arguments: 0..<5)
    func `a file that is not a database and a damaged database are one message, without a crash`(_ kind: Int)
        async throws
    {
        try await World.with { world in
            _ = try await world.succeeding("submit", "-q", "q", "--image", World.image)
            let good = try Data(contentsOf: URL(fileURLWithPath: world.folder.file("home/launch.db")))
            let home = world.folder.file("broken")
            try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: false)
            var bytes: [UInt8]
            switch kind {
            case 0: bytes = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ $0 >> 3) }
            case 1: bytes = Array("just a text\n".utf8)
            case 2: bytes = Array(good.prefix(good.count / 2))
            case 3: bytes = Array(good.prefix(100)) + [UInt8](repeating: 0xA5, count: max(0, good.count - 100))
            default: bytes = Array(good.prefix(good.count / 2)) + [UInt8](repeating: 0xFF, count: good.count / 2)
            }
            try world.folder.write("broken/launch.db", bytes)
            for words in [
                ["list"], ["queue", "list"], ["submit", "-q", "q", "--image", World.image],
                ["agent", "-q", "q", "--drain"],
            ] {
                let answer = try await world.launch(words, setting: ["LAUNCH_HOME": home])
                // A command that does not read the damaged part succeeds.
                #expect([0, 69, 78].contains(answer.code), "\(kind) \(words): \(answer)")
                #expect(answer.messages == (answer.code == 0 ? 0 : 1), "\(kind) \(words): \(answer)")
            }
            let doctor = try await world.launch(["doctor"], setting: ["LAUNCH_HOME": home])
            #expect((0...78).contains(doctor.code), "\(doctor)")
        }
    }

    @Test
    func
        `a full disk is one message and ends with 75; nothing is written in part, and work continues when space is free`()
        async throws
    {
        guard getuid() == 0, let mount = Tool.path("mount"), let unmount = Tool.path("umount") else { return }
        try await World.with { world in
            let place = world.folder.file("small")
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
            guard (try? Tool.run(mount, ["-t", "tmpfs", "-o", "size=3m", "tmpfs", place])) != nil else { return }
            defer { _ = try? Tool.run(unmount, ["-l", place]) }
            let setting = ["LAUNCH_HOME": "\(place)/home"]
            let created = try await world.launch(
                ["queue", "create", "q", "-r", "local-docker", "--config", world.folder.file("q.yaml")],
                setting: setting)
            #expect(created.code == 0, "\(created)")
            let words = world.script("echo hello")
            let id = try await world.launch(["submit"] + words, setting: setting).word
            // The file that fills the disk is not the program's.
            _ = try? Tool.run("/bin/sh", ["-c", "cat /dev/zero >\"$0\" 2>/dev/null; true", "\(place)/filler"])
            let refused = try await world.launch(["submit"] + words, setting: setting)
            #expect([69, 75].contains(refused.code), "\(refused)")
            #expect(refused.messages == 1 && refused.output.isEmpty)
            let agent = try world.start(["agent", "-q", "q", "--drain"], setting: setting)
            #expect(await eventually { agent.errors.contains("full") || agent.hasEnded })
            unlink("\(place)/filler")
            let answer = try await agent.end()
            if answer.code != 0 {
                #expect([69, 75].contains(answer.code), "\(answer)")
                #expect(try await world.launch(["agent", "-q", "q", "--drain"], setting: setting).code == 0)
            }
            let log = try await world.launch(["logs", id], setting: setting)
            #expect(log.output == "hello\n", "\(log)")
        }
    }

    @Test
    func `an unknown queue, run or job is one message with the existing names, and ends with 69 or 65`() async throws {
        try await World.with { world in
            let id = try await world.submit("true")
            for words in [
                ["status", "zzzzzzzz"], ["logs", "zzzzzzzz"], ["logs", "-f", "zzzzzzzz"], ["stop", "zzzzzzzz"],
                ["events", "zzzzzzzz"], ["submit", "-q", "none", "--image", "a"], ["agent", "-q", "none"],
                ["queue", "show", "none"], ["list", "-q", "none"], ["run", "--job", "none"], ["status", ""],
                ["status", "../../etc/passwd"], ["stop", id, "zzzzzzzz"],
            ] {
                let answer = try await world.launch(words)
                #expect([64, 65, 69].contains(answer.code), "\(words): \(answer)")
                #expect(answer.messages == 1 && answer.output.isEmpty, "\(words): \(answer)")
            }
            #expect(try await world.facts(of: id).state == "queued")
        }
    }

    @Test
    func `a container that another user removes ends its run as lost`() async throws {
        try await World.with { world in
            let id = try await world.submit("echo x >>/shared/starts; sleep 900")
            let agent = try world.start(["agent", "-q", "q", "--drain"])
            try await world.wait(forShared: "starts")
            try TestDocker.docker(["rm", "--force", "launch-\(id)"])
            #expect(try await agent.end().code == 0)
            let facts = try await world.facts(of: id)
            #expect(facts.state == "failed")
            #expect(["lost", "exit"].contains(facts.cause?.code ?? "-"), "\(facts.cause?.message ?? "-")")
        }
    }
}
