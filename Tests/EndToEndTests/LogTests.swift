import Foundation
import Glibc
import TestSupport
import Testing

@Suite("Logs", .needsEngine)
struct LogTests {
    @Test
    func `a follower that starts before the run is claimed prints the complete log while the container runs`()
        async throws
    {
        try await World.with { world in
            let id = try await world.submit("echo one; while [ ! -e /shared/go ]; do sleep 0.05; done; echo two")
            let logs = try world.start(["logs", "-f", id])
            try await logs.hasSaid("queued")
            let agent = try world.start(["agent", "-q", "q", "--drain"])
            #expect(await eventually { logs.output == "one\n" })
            try world.folder.write("shared/go", "")
            #expect(try await logs.end().output == "one\ntwo\n")
            #expect(try await agent.end().code == 0)
        }
    }

    @Test
    func `a follower loses and repeats nothing if an agent is killed and another one continues`() async throws {
        try await World.with { world in
            let id = try await world.submit(
                "echo one; echo x >>/shared/starts; while [ ! -e /shared/go ]; do sleep 0.05; done; echo two")
            let agent = try world.start(["agent", "-q", "q"])
            try await world.wait(forShared: "starts")
            let logs = try world.start(["logs", "-f", id])
            #expect(await eventually { logs.output == "one\n" })
            try await agent.signal(SIGKILL)
            _ = try await agent.end()
            try world.folder.write("shared/go", "")
            try await world.waitForContainer(of: id)
            try await world.drain()
            #expect(try await logs.end().output == "one\ntwo\n")
        }
    }

    @Test
    func `bytes that are not UTF-8, colours and a line of 1 MiB are the same live and from the record`() async throws {
        try await World.with { world in
            let text = """
                printf 'caf\\303\\251 \\377\\376 \\033[31mred\\033[0m\\ttab\\n'; head -c 1048576 /dev/zero | tr '\\0' x; echo; printf tail
                """
            let live = try await world.launch(["run"] + world.script(text))
            #expect(live.code == 0)
            let lines = live.output.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.first == "café \u{FFFD}\u{FFFD} \u{1B}[31mred\u{1B}[0m\ttab")
            #expect(lines.count == 4)
            #expect(lines.dropFirst().first?.utf8.count == 1 << 20)
            #expect(lines.dropFirst(2).first == "tail")
            let id = try await world.succeeding("list", "--json").json([RunFacts].self).first?.id
            #expect(try await world.log(of: try #require(id)).output == live.output)
        }
    }

    @Test
    func `with --json the log is one array, with -f one object per line, and times have milliseconds`() async throws {
        struct Line: Decodable {
            var text: String
            var stream: String
            var time: String
        }
        try await World.with { world in
            let id = try await world.submit("echo out; echo err >&2; echo")
            try await world.drain()
            let json = try await world.succeeding("logs", id, "--json").json([Line].self)
            let followed = try await world.succeeding("logs", "-f", id, "--json").lines.map {
                try JSONDecoder().decode(Line.self, from: Data($0.utf8))
            }
            #expect(followed.map(\.text) == json.map(\.text) && json.count == 3)
            #expect(json.allSatisfy { $0.time.wholeMatch(of: /.*T\d\d:\d\d:\d\d\.\d{3}Z/) != nil })
            #expect(json.filter { $0.stream == "stdout" }.map(\.text) == ["out", ""])
            #expect(json.filter { $0.stream == "stderr" }.map(\.text) == ["err"])
            let stamped = try await world.succeeding("logs", id, "-t").output.split(separator: "\n")
            #expect(stamped.count == 3)
            #expect(stamped.allSatisfy { $0.contains("Z ") })
        }
    }

    @Test
    func `a reader that closes the pipe early ends the follower, not the run`() async throws {
        try await World.with { world in
            let program = try LaunchProgram.path
            let id = try await world.submit("yes | head -n 200000")
            try await world.drain()
            let words = try Tool.run(
                "/bin/sh", ["-c", "\"$0\" logs \(id) | head -n 1; echo ${PIPESTATUS:-ok}", program],
                environment: ["LAUNCH_HOME": world.folder.file("home")])
            #expect(words == "y\nok\n")
        }
    }

    @Test
    func `the log of a run that never started is empty; a follower gets the reason, and the run's exit code`()
        async throws
    {
        try await World.with { world in
            let answer = try await world.launch("run", "-q", "q", "--image", World.image, "-E", "/none")
            let id = try #require(answer.errors.split(separator: "\n").first?.split(separator: " ").last)
            for words in [["logs", "-f", String(id)], ["wait", String(id)]] {
                let told = try await world.launch(words)
                #expect(told.code == 1 && told.output.isEmpty, "\(words): \(told)")
                #expect(told.errors.contains("run \(id) failed: ") && told.errors.contains("/none"), "\(told)")
            }
        }
    }

    @Test
    func
        `submit --follow prints the log and ends with the run's exit code; the reason for each wait is on standard error`()
        async throws
    {
        try await World.with { world in
            var words = world.script("echo one; exit 7")
            words.insert("--follow", at: 0)
            let follower = try world.start(["submit"] + words)
            try await follower.hasSaid("no agent serves queue 'q'; 'launch agent -q q' starts one")
            try await world.drain()
            let told = try await follower.end()
            #expect(told.code == 1 && told.output == "one\n", "\(told)")
            #expect(told.errors.contains(" failed: "), "\(told)")
        }
    }
}
