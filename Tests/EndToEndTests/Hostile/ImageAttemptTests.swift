import Foundation
import Glibc
import TestSupport
import Testing

/// Attempts by the author of an image: the output and the files of its container.
@Suite("Attempts by an image's author", .needsEngine, .timeLimit(.minutes(30)))
struct ImageAttemptTests {
    /// Runs a script with `/out` as output. Returns the run, the folder of its output and the program's messages.
    private func run(
        _ script: String, template: String = "outputs: [/out]\n", config: String? = nil,
        _ body: (World, RunFacts, String, Answer) async throws -> Void
    ) async throws {
        try await World.with(template: template) { world in
            var words = ["run"] + world.script(script, config == nil ? [] : ["-c", world.folder.file("c.yaml")])
            if let config { try world.folder.write("c.yaml", config) }
            words = words.filter { !$0.isEmpty }
            let answer = try await world.launch(words)
            #expect(answer.code == 0, "\(answer)")
            let facts = try #require(try await world.succeeding("list", "--json").json([RunFacts].self).first)
            let all = try await world.facts(of: facts.id)
            try await body(world, all, all.outputs.first?.path ?? "", answer)
        }
    }

    @Test
    func `an output of 5 TB is not kept, and the agent, with max_jobs 1, runs the next run`() async throws {
        try await World.with(template: "outputs: [/out]\n") { world in
            let config = try world.folder.write("c.yaml", "queues: [q]\nmax_jobs: 1\n")
            let large = try await world.submit("mkdir /out; truncate -s $((5 << 40)) /out/hole")
            let next = try await world.submit("mkdir /out; echo next > /out/f")
            try await world.drain(["-c", config])
            let facts = try await world.facts(of: large)
            #expect(facts.state == "succeeded" && facts.outputs.isEmpty)
            #expect(facts.warnings.contains { $0.contains("larger than 50g, the 'output_size_limit'") }, "\(facts)")
            #expect(try await world.facts(of: next).outputs.count == 1)
        }
    }

    @Test
    func `a stop ends the endless copy of an output, and the next run starts`() async throws {
        try await World.with(template: "outputs: [/out]\noutput_size_limit: 1000t\n") { world in
            let config = try world.folder.write(
                "c.yaml", "queues: [q]\nmax_jobs: 1\nrunner: {type: local-docker, disk_reserve: 0}\n")
            // Many files, so that none of them is rejected for lack of space.
            let large = try await world.submit(
                "mkdir /out; i=0; while [ $i -lt 5000 ]; do truncate -s $((1 << 30)) /out/$i; i=$((i + 1)); done")
            let next = try await world.submit("mkdir /out; echo next > /out/f")
            let agent = try world.start(["agent", "--drain", "-c", config])
            let outputs = world.folder.file("home/runs/\(large)/outputs")
            let isCopying = await eventually {
                ((try? FileManager.default.contentsOfDirectory(atPath: outputs)) ?? []).contains {
                    $0.hasPrefix(".launch-")
                }
            }
            try #require(isCopying, "\(agent.errors)")
            try await world.succeeding("stop", large)
            let facts = try await world.facts(of: large)
            #expect(facts.state == "stopped" && facts.outputs.isEmpty, "\(facts)")
            #expect(facts.cause?.message.contains("Stopped while its outputs were copied") == true, "\(facts)")
            #expect(try await agent.end().code == 0)
            #expect(try await world.facts(of: next).outputs.count == 1)
            #expect(try FileManager.default.contentsOfDirectory(atPath: outputs).isEmpty)
        }
    }

    @Test
    func `links, devices, pipes and unusual modes and names in outputs do no harm`() async throws {
        let script = """
            mkdir -p /out/real; cd /out; echo ok > real/f; ln -s /etc/shadow shadow; ln -s ../../../../etc/passwd up
            ln -s /proc/self/environ environ; ln -s real inside; ln -s inside/../../../etc sly; mkfifo pipe
            mknod zero c 1 5 2>/dev/null; echo s > setuid; chmod 6777 setuid; chmod 000 real/f
            printf x > "$(printf 'a\\nb\\033]0;owned\\007')"; printf y > "$(printf 'bad\\377')"; printf z > "$(printf 'bad\\376')"
            ln real/f hard; mkdir locked; echo l > locked/l; chmod 0 locked
            """
        try await run(script) { world, facts, folder, answer in
            var modes: [String: Int] = [:]
            for (name, status) in Self.entries(of: folder) {
                #expect([S_IFREG, S_IFDIR, S_IFLNK].contains(status.st_mode & S_IFMT), "\(name)")
                #expect(status.st_uid == getuid(), "\(name)")
                modes[name] = Int(status.st_mode & 0o7777)
            }
            #expect(
                Set(modes.keys) == [
                    "real", "real/f", "inside", "setuid", "a\nb\u{1b}]0;owned\u{7}", "bad\\xff", "bad\\xfe", "hard",
                    "locked",
                    "locked/l",
                ], "\(modes.keys)")
            #expect(try #require(modes["setuid"]) & 0o7000 == 0)
            for name in ["shadow", "up", "environ", "sly"] {
                #expect(
                    facts.warnings.contains { $0.contains("the link out/\(name) leads out of it") }, "\(facts.warnings)"
                )
            }
            #expect(facts.warnings.contains { $0.contains("pipe is not a file, folder or link") })
            let shown = try await world.succeeding("status", facts.id)
            #expect(!(shown.output + answer.errors).contains("\u{1b}]0"))
        }
    }

    @Test
    func `an output that is a link, deep folders and thousands of pipes end with a short message each`() async throws {
        let script = """
            ln -s /etc /out; mkdir -p /deep/many; cd /deep/many; i=0; while [ $i -lt 300 ]; do mkfifo p$i; i=$((i + 1)); done
            i=0; while [ $i -lt 400 ]; do mkdir d; cd d; i=$((i + 1)); done; echo end > f
            """
        try await run(script, template: "outputs: [/out, /deep]\n") { _, facts, _, _ in
            #expect(facts.outputs.map(\.name) == ["/deep"], "\(facts)")
            #expect(facts.warnings.contains { $0.contains("In the output /out, the link out leads out of it") })
            #expect(facts.warnings.contains { $0.contains("more such notes are left out") })
            #expect(facts.warnings.count < 60)
        }
    }

    @Test
    func `a line of 50 MB, bytes that are not UTF-8 and many metrics do not end the agent`() async throws {
        let script = """
            mkdir /out; head -c 50000000 /dev/zero | tr '\\0' x; echo; printf 'a\\000b\\377\\376c\\033]0;owned\\007\\n'
            i=0; while [ $i -lt 20000 ]; do echo "loss=$i"; i=$((i + 1)); done; printf 'no end'
            """
        try await run(script, template: "metrics: {loss: 'loss=([0-9.]+)'}\n") { world, facts, _, _ in
            #expect(facts.metrics == ["loss": 19999])
            let archive = "\(world.folder.file("home"))/runs/\(facts.id)/log"
            let longest = try Tool.run("awk", ["{ if (length($0) > m) m = length($0) } END { print m }", archive])
            #expect(try #require(Int(longest.trimmingCharacters(in: .whitespacesAndNewlines))) < 70_000)
        }
    }

    @Test
    func `a log over its limit is cut with a line that says so, and the run's end is unchanged`() async throws {
        let script = "mkdir /out; i=0; while [ $i -lt 50000 ]; do echo \"a line of a flood $i\"; i=$((i + 1)); done"
        try await run(script, config: "queues: [q]\nlog_size_limit: 100k\n") { world, facts, _, _ in
            #expect(facts.warnings.contains { $0.contains("longer than 100k, the 'log_size_limit'") }, "\(facts)")
            let log = try await world.log(of: facts.id)
            #expect(log.lines.last?.contains("the rest was not kept") == true)
            #expect(log.bytes.count < 110_000)
        }
    }

    @Test
    func `unusual exits are recorded, such as closed outputs, a code over 255 and children that hold the outputs open`()
        async throws
    {
        try await World.with(template: "outputs: [/out]\n") { world in
            for (script, code) in [
                ("mkdir /out; (while :; do echo x >> /out/f; done) & exit 0", 0), ("exit 300", 1),
                ("exec 1>&- 2>&-; exit 0", 0),
            ] {
                let answer = try await world.launch(["run"] + world.script(script))
                #expect(answer.code == code, "\(script): \(answer)")
            }
        }
    }

    /// Everything below a folder, by its path. Bytes that are not UTF-8 are shown as `\xff`.
    private static func entries(of folder: String) -> [String: stat] {
        var found: [String: stat] = [:]
        func look(in path: [CChar], as shown: String) {
            guard let directory = opendir(path + [0]) else { return }
            defer { closedir(directory) }
            while let entry = readdir(directory) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    bytes.prefix { $0 != 0 }.map { CChar(bitPattern: $0) }
                }
                let bytes = name.map(UInt8.init(bitPattern:))
                let whole: String? = String(validating: bytes, as: UTF8.self)
                let text: String =
                    whole
                    ?? bytes.map { (byte: UInt8) -> String in
                        byte < 0x80 ? String(UnicodeScalar(byte)) : "\\x" + String(byte, radix: 16)
                    }.joined()
                guard text != ".", text != ".." else { continue }
                let inside = path + [CChar(UInt8(ascii: "/"))] + name
                var status = stat()
                guard lstat(inside + [0], &status) == 0 else { continue }
                found[shown + text] = status
                if status.st_mode & S_IFMT == S_IFDIR { look(in: inside, as: shown + text + "/") }
            }
        }
        look(in: folder.utf8.map { CChar(bitPattern: $0) }, as: "")
        return found
    }
}
