import EngineTestSupport
import Foundation
import LaunchContainerEngine
import LaunchHost
import LocalDockerTestSupport
import LaunchLocalDocker
import TestSupport
import Testing

@Suite("Runs on a real engine", .enabled(if: EngineFixture.isWanted, "\(EngineFixture.skipReason)"))
struct RunningTests {
    private struct Facts: Decodable {
        struct Host: Decodable {
            struct Mount: Decodable {
                var Source: String?
                var Target: String
                var ReadOnly: Bool?
            }
            struct Log: Decodable {
                var `Type`: String
            }
            var NanoCpus: Int64
            var Memory: Int64
            var MemorySwap: Int64
            var ShmSize: Int64
            var NetworkMode: String
            var AutoRemove: Bool
            var Mounts: [Mount]?
            var LogConfig: Log
        }
        struct Config: Decodable {
            var User: String
            var WorkingDir: String
            var Labels: [String: String]
            var StopSignal: String?
        }
        var Name: String
        var HostConfig: Host
        var Config: Config
    }

    @Test
    func `300 kB of parameters reach the container, and a mount with a label works`() async throws {
        let folder = try TemporaryDirectory()
        try folder.write("file", "labelled")
        let text = String(repeating: "0123456789", count: 30_000)
        let image = try await Jobs.image()
        let runner = Jobs.runner()
        let id = RunID.random()
        var job = Jobs.job(
            "printf %s \"$LAUNCH_RUN_CONFIG_0$LAUNCH_RUN_CONFIG_1$LAUNCH_RUN_CONFIG_2\" | wc -c; cat /in/file; "
                + "touch /in/x 2>/dev/null || echo read-only",
            ["volumes": .array([.string("\(folder.path):/in:ro,z")])], id: id, image: image)
        job.job.runConfig = ["text": .string(text)]
        let handle = try await runner.submit(runner.render(job), as: id)
        let lines = try await Jobs.read(runner.logs(handle, from: nil, follow: true)).map(\.text)
        try await runner.release(handle)
        #expect(lines.first?.trimmingCharacters(in: .whitespaces) == "\(text.count + 11)")
        #expect(lines.dropFirst().joined() == "labelledread-only")
    }

    @Test
    func `Everything in the template reaches the container`() async throws {
        let folder = try TemporaryDirectory()
        try folder.write("in/file", "from the machine")
        let volume = "launch-test-\(UInt32.random(in: .min ... .max))"
        let template: [String: JSONValue] = [
            "env": .object(["A": .string("a b=c")]), "cpus": .number(0.5), "memory": .integer(64 << 20),
            "shm_size": .integer(8 << 20), "user": .string("1000:1000"), "workdir": .string("/tmp"),
            "volumes": .array([.string("\(folder.file("in")):/in:ro"), .string("\(folder.path):/all")]),
            "time_limit": .integer(3600),
        ]
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
        let script =
            "echo \"$A\"; id -u; pwd; cat /in/file; echo; touch /in/x 2>/dev/null || echo read-only; "
            + "df -k /dev/shm | tail -1 | tr -s ' ' | cut -d ' ' -f 2; echo \"$LAUNCH_RUN_CONFIG\"; echo \(volume)"
        try await Jobs.withEnded(script, template) { runner, handle, _, end in
            #expect(end.phase == .succeeded, "\(String(describing: end.cause))")
            let texts = try await Jobs.read(runner.logs(handle, from: nil, follow: false)).map(\.text)
            #expect(texts == ["a b=c", "1000", "/tmp", "from the machine", "read-only", "8192", "{}", volume])
            let facts = try await EngineFixture.inspect(try Jobs.id(handle), as: Facts.self)
            #expect(facts.Name == "/launch-\(handle.runID)")
            #expect(facts.HostConfig.NanoCpus == 500_000_000)
            #expect(facts.HostConfig.Memory == 64 << 20)
            #expect(facts.HostConfig.MemorySwap == 64 << 20)
            #expect(facts.HostConfig.ShmSize == 8 << 20)
            #expect(facts.HostConfig.NetworkMode == "none")
            #expect(!facts.HostConfig.AutoRemove)
            #expect(facts.HostConfig.LogConfig.Type == "json-file")
            #expect(facts.HostConfig.Mounts?.map(\.Target) == ["/in", "/all"])
            #expect(facts.Config.User == "1000:1000")
            #expect(facts.Config.WorkingDir == "/tmp")
            #expect(facts.Config.StopSignal == "SIGTERM")
            #expect(facts.Config.Labels["launch.run"] == handle.runID.rawValue)
            #expect(facts.Config.Labels["launch.request"]?.count == 64)
        }
    }

    @Test
    func `Out of memory is distinguished from a kill`() async throws {
        let place = try TemporaryDirectory()
        // The container outlives its large child process until the engine has reported that memory ran out: an engine
        // that learns of the end first never reports it.
        let script = """
            until [ -e /go/begin ]; do sleep 0.1; done; (x=$(yes | head -c 200000000)); code=$?
            until [ -e /go/end ]; do sleep 0.1; done; exit $code
            """
        let template: [String: JSONValue] = [
            "memory": .integer(16 << 20), "volumes": .array([.string("\(place.path):/go")]),
        ]
        try await Jobs.with(script, template) { runner, handle, _ in
            let engine = try await EngineFixture.engine()
            var events = try await engine.events(labels: ["launch.run=\(handle.runID)"])
            try place.write("begin", "")
            while let event = try await events.next(), event.action != "oom" {}
            try place.write("end", "")
            _ = try await engine.waitForContainer(try Jobs.id(handle))
            let end = try await Jobs.end(of: handle, with: runner)
            #expect(end.phase == .failed)
            #expect(end.cause?.code == .outOfMemory)
            #expect(end.cause?.message.contains("limit 16 MiB") == true)
            #expect(end.cause?.exitCode == 137)
        }
        try await Jobs.with("sleep 900", ["memory": .integer(64 << 20)]) { runner, handle, _ in
            let engine = try await EngineFixture.engine()
            try await engine.killContainer(try Jobs.id(handle), signal: "SIGKILL")
            _ = try await engine.waitForContainer(try Jobs.id(handle))
            let end = try await Jobs.end(of: handle, with: runner)
            #expect(end.phase == .failed)
            #expect(end.cause?.code == .exit)
            #expect(end.cause?.message == "exit code 137: killed (SIGKILL); not out of memory")
        }
    }

    @Test
    func `A time limit is reported as a deadline`() async throws {
        try await Jobs.with("sleep 900", ["time_limit": .integer(90)]) { runner, handle, _ in
            for _ in 0..<2 {
                let seen = try #require(try await runner.observe([handle]).first)
                #expect(seen.phase == .running)
                let start = try #require(seen.startedAt)
                let deadline = try #require(seen.deadline)
                #expect(abs(deadline.timeIntervalSince(start) - 90) < 0.001)
                #expect(abs(start.timeIntervalSinceNow) < 60)
            }
        }
    }

    @Test
    func `A stopped run is reported as stopped, and a paused container can be stopped too`() async throws {
        try await Jobs.with("trap 'exit 0' TERM; echo ready; sleep 900 & wait") { runner, handle, _ in
            try await Jobs.awaitReady(handle, of: runner)
            try await EngineFixture.pause(try Jobs.id(handle))
            try await runner.stop(handle, grace: .seconds(20))
            #expect(
                try await eventually {
                    try await runner.observe([handle]).first?.phase == .stopped
                })
            let end = try #require(try await runner.observe([handle]).first)
            #expect(end.cause?.code == .userStop)
            #expect(end.cause?.exitCode == 0)
        }
    }

    @Test
    func `The call to stop does not wait for a long grace period`() async throws {
        try await Jobs.with("trap '' TERM; echo ready; while :; do sleep 1; done") { runner, handle, _ in
            try await Jobs.awaitReady(handle, of: runner)
            // The grace period is longer than the test's own limit.
            try await runner.stop(handle, grace: .seconds(6000))
            let seen = try await runner.observe([handle]).first
            #expect(seen?.phase == .stopping, "\(seen.debugDescription)")
            try await runner.stop(handle, grace: .zero)
            #expect(
                try await eventually {
                    try await runner.observe([handle]).first?.phase == .stopped
                })
        }
    }

    @Test(arguments: 0..<6)
    func `A followed log is complete, also if the container prints much and ends`(_ round: Int) async throws {
        let script =
            "echo begin; head -c 1048576 /dev/zero | tr '\\0' x; echo; echo end; echo err >&2; printf tail"
        try await Jobs.with(script) { runner, handle, _ in
            let followed = try await Jobs.read(runner.logs(handle, from: nil, follow: true))
            let out = followed.filter { $0.stream == .stdout }
            #expect(out.first?.text == "begin")
            #expect(out.dropFirst().dropLast(2).reduce(0) { $0 + $1.text.utf8.count } == 1 << 20)
            #expect(out.suffix(2).map(\.text) == ["end", "tail"])
            #expect(followed.filter { $0.stream == .stderr }.map(\.text) == ["err"])
            let again = try await Jobs.read(runner.logs(handle, from: nil, follow: false))
            #expect(again.map(\.text) == followed.map(\.text))
        }
    }

    @Test
    func `A log of two outputs continues from any position without loss or repetition`() async throws {
        let script = "i=0; while [ $i -lt 300 ]; do echo \"out $i\"; echo \"err $i\" >&2; i=$((i+1)); done"
        try await Jobs.withEnded(script) { runner, handle, _, _ in
            let all = try await Jobs.read(runner.logs(handle, from: nil, follow: false))
            #expect(all.count == 600)
            for position in stride(from: 0, to: 600, by: 37) {
                let rest = try await Jobs.read(runner.logs(handle, from: all[position].cursor, follow: false))
                #expect(rest.map(\.text) == all.dropFirst(position + 1).map(\.text))
            }
        }
    }

    @Test
    func `Batches are small for any output`() async throws {
        try await Jobs.withEnded("yes 'a line of some length' | head -c 8000000") { runner, handle, _, _ in
            var count = 0
            for try await batch in runner.logs(handle, from: nil, follow: false) {
                #expect((1...512).contains(batch.count))
                #expect(batch.reduce(0) { $0 + $1.text.utf8.count } <= 256 << 10)
                count += batch.reduce(0) { $0 + $1.text.utf8.count + 1 }
            }
            #expect((8_000_000...8_000_001).contains(count))
        }
    }

    @Test
    func `A removed container is missing, and its log is not found`() async throws {
        try await Jobs.withEnded("echo one") { runner, handle, _, _ in
            try await runner.release(handle)
            let seen = try #require(try await runner.observe([handle]).first)
            #expect(seen.phase == .missing)
            #expect(seen.cause?.code == .lost)
            let error = await #expect(throws: BackendError.self) {
                try await Jobs.read(runner.logs(handle, from: nil, follow: true))
            }
            #expect(error?.category == .notFound)
            try await runner.stop(handle, grace: .seconds(1))
            #expect(try await runner.find(Jobs.anyRequest, as: handle.runID) == nil)
        }
    }

    @Test
    func `The end of a container signals a change`() async throws {
        let runner = Jobs.runner()
        var changes = try #require(runner.changes()).makeAsyncIterator()
        await changes.next()
        try await Jobs.with("sleep 0.3") { _, handle, _ in
            var ended = false
            while !ended {
                try #require(await changes.next() != nil)
                ended = try await runner.observe([handle]).first?.phase == .succeeded
            }
        }
    }

    @Test
    func `Without an engine there is one error, with a hint`() async throws {
        let folder = try TemporaryDirectory()
        let runner = LocalDockerRunner(engine: folder.file("none.sock"), variables: [:])
        let error = await #expect(throws: BackendError.self) { _ = try await runner.reach() }
        #expect(error?.category == .unavailable)
        #expect(error?.message.contains(folder.file("none.sock")) == true)
    }
}
