import EngineTestSupport
import LaunchContainerEngine
import TestSupport
import Testing

@Suite("The engine's API", .enabled(if: EngineFixture.isWanted, "\(EngineFixture.skipReason)"))
struct EngineClientTests {
    private static func with<T: Sendable>(
        _ command: [String], labels: [String: String] = [:], _ body: (EngineClient, String) async throws -> T
    ) async throws -> T {
        let engine = try await EngineFixture.engine()
        var spec = ContainerSpec(image: try await EngineFixture.imageID())
        spec.entryPoint = command
        spec.labels = labels
        spec.host.network = "none"
        spec.host.log = .wholeFile
        let id = try await engine.createContainer(spec, name: "launch-test-\(UInt64.random(in: .min ... .max))")
        let result: Result<T, any Error>
        do { result = .success(try await body(engine, id)) } catch { result = .failure(error) }
        try await engine.removeContainer(id)
        try await engine.removeContainer(id)
        return try result.get()
    }

    @Test
    func `The engine reports its version`() async throws {
        let engine = try await EngineFixture.engine()
        try await engine.ping()
        #expect(try await engine.version().version.isEmpty == false)
        #expect(try await (engine.info().processors ?? 0) > 0)
    }

    @Test
    func `A container runs from its creation to its exit code`() async throws {
        try await Self.with(["/bin/sh", "-c", "exit 5"]) { engine, id in
            #expect(try await engine.container(id)?.state.status == "created")
            try await engine.startContainer(id)
            #expect(try await engine.waitForContainer(id) == 5)
            let state = try #require(try await engine.container(id)?.state)
            #expect(state.hasEnded)
            #expect(state.exitCode == 5)
            #expect(state.startedAt != nil)
            #expect(try await engine.stopContainer(id, grace: .seconds(1)) == false)
            let error = await #expect(throws: EngineError.self) {
                try await engine.killContainer(id, signal: "SIGTERM")
            }
            #expect(error?.code == .conflict)
        }
    }

    @Test
    func `A missing container is nil, or a not-found error`() async throws {
        let engine = try await EngineFixture.engine()
        #expect(try await engine.container("launch-test-none") == nil)
        #expect(try await engine.image("launch-test-none:1") == nil)
        try await engine.removeImage("launch-test-none:1")
        let error = await #expect(throws: EngineError.self) { try await engine.startContainer("launch-test-none") }
        #expect(error?.code == .notFound)
        let odd = "a b/../%2e?x=1#y"
        let refused = await #expect(throws: EngineError.self) { _ = try await engine.container(odd) }
        #expect(refused?.code == .invalid)
    }

    @Test
    func `Containers are listed by label, and their events arrive`() async throws {
        let label = "launch.test.\(UInt32.random(in: .min ... .max))"
        let engine = try await EngineFixture.engine()
        var events = try await engine.events(labels: ["\(label)=a"])
        try await Self.with(["/bin/sh", "-c", "exit 0"], labels: [label: "a"]) { engine, id in
            try await engine.startContainer(id)
            #expect(try await engine.containers(labels: ["\(label)=a"]).map(\.id) == [id])
            #expect(try await engine.containers(labels: ["\(label)=b"]).isEmpty)
            var seen: [String] = []
            while let event = try await events.next() {
                #expect(event.id == id)
                seen.append(event.action)
                if event.action == "die" { break }
            }
            #expect(seen.contains("start"))
        }
    }

    @Test
    func `A log has both outputs and a line of 1 MiB`() async throws {
        let script = "echo begin; head -c 1048576 /dev/zero | tr '\\0' x; echo; echo end; echo err >&2; printf tail"
        try await Self.with(["/bin/sh", "-c", script]) { engine, id in
            try await engine.startContainer(id)
            _ = try await engine.waitForContainer(id)
            var log = try await engine.logs(of: id, framed: true)
            var lines: [EngineLogLine] = []
            while let batch = try await log.next() { lines += batch }
            lines += log.finish()
            let out = lines.filter { $0.stream == .stdout }
            #expect(out.first?.text == "begin")
            #expect(out.suffix(2).map(\.text) == ["end", "tail"])
            #expect(out.dropFirst().dropLast(2).reduce(0) { $0 + $1.text.utf8.count } == 1_048_576)
            #expect(out.dropFirst().dropLast(2).allSatisfy { $0.text.allSatisfy { $0 == "x" } })
            #expect(out.dropFirst().dropLast(2).map(\.continues) == Array(repeating: true, count: 15) + [false])
            #expect(lines.filter { $0.stream == .stderr }.map(\.text) == ["err"])
            #expect(lines.allSatisfy { $0.time != nil })
        }
    }

    @Test
    func `A flood of output pauses without a reader, and a cancellation ends it`() async throws {
        try await Self.with(["/bin/yes"]) { engine, id in
            try await engine.startContainer(id)
            let reading = Task {
                var log = try await engine.logs(of: id, framed: true, follow: true)
                var count = 0
                while let batch = try await log.next() { count += batch.count }
                return count
            }
            try await Task.sleep(for: .milliseconds(300))
            reading.cancel()
            let error = await #expect(throws: EngineError.self) { _ = try await reading.value }
            #expect(error?.code == .cancelled)
        }
    }

    @Test
    func `A file is returned as an archive; a missing file is a not-found error`() async throws {
        try await Self.with(["/bin/sh", "-c", "echo hello > /tmp/file"]) { engine, id in
            try await engine.startContainer(id)
            _ = try await engine.waitForContainer(id)
            let archive = try await engine.archive(of: id, path: "/tmp/file")
            var bytes: [UInt8] = []
            while let chunk = try await archive.next() { bytes += chunk }
            #expect(String(decoding: bytes, as: UTF8.self).contains("hello"))
            let error = await #expect(throws: EngineError.self) { _ = try await engine.archive(of: id, path: "/none") }
            #expect(error?.code == .notFound)
        }
    }

    @Test
    func `Images can be inspected and tagged`() async throws {
        let engine = try await EngineFixture.engine()
        let id = try await EngineFixture.imageID()
        let name = "launch-test-tag-\(UInt32.random(in: .min ... .max))"
        try await engine.tagImage(id, repository: name, tag: "2")
        let image = try #require(try await engine.image("\(name):2"))
        #expect(image.id == id)
        #expect(image.platform?.hasPrefix("linux/") == true)
        try await engine.removeImage("\(name):2")
    }

    @Test
    func `A pull without a registry fails with the engine's message`() async throws {
        let engine = try await EngineFixture.engine()
        let error = await #expect(throws: EngineError.self) {
            try await engine.pullImage("127.0.0.1:1/none:1")
        }
        #expect(error?.message.contains("127.0.0.1:1/none:1") == true)
        #expect(error?.message.contains("connection refused") == true)
    }
}
