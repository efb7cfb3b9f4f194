import EngineTestSupport
import Foundation
import LaunchHost
import LocalDockerTestSupport
import TestSupport
import Testing

@testable import LaunchLocalContainers
@testable import LaunchLocalDocker

/// Outputs can be larger than the disk.
@Suite("Limits of copies", .enabled(if: EngineFixture.isWanted, "\(EngineFixture.skipReason)"))
struct TransferLimitsTests {
    private static let gigabyte: Int64 = 1 << 30

    private func names(_ folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }

    @Test
    func `A sparse file of 5 TB is refused by its size, and the other outputs are kept`() async throws {
        let script = "mkdir /a /b; echo kept > /a/f; echo first > /b/a; truncate -s $((5 << 40)) /b/hole"
        let template: [String: JSONValue] = ["outputs": .array([.string("/b"), .string("/a")])]
        try await Jobs.withEnded(script, template) { runner, handle, request, end in
            #expect(end.phase == .succeeded)
            let folder = try TemporaryDirectory()
            let outcome = try await runner.finish(handle, of: request, into: folder.path)
            #expect(outcome.outputs.map(\.name) == ["/a"])
            #expect(outcome.warnings.count == 1)
            #expect(
                outcome.warnings.first?.hasPrefix(
                    "The output /b was not kept. The output /b is larger than 50g, the 'output_size_limit'.") == true,
                "\(outcome.warnings)")
            #expect(names(folder.file("outputs")) == ["a"])
        }
    }

    @Test
    func `The queue's limit replaces the runner's, and counts all files of an output`() async throws {
        let script = "mkdir /out; for i in 1 2 3; do head -c 400000 /dev/zero > /out/$i; done"
        let template: [String: JSONValue] = [
            "outputs": .array([.string("/out")]), "output_size_limit": .integer(1_000_000),
        ]
        try await Jobs.withEnded(script, template) { runner, handle, request, _ in
            let folder = try TemporaryDirectory()
            let outcome = try await runner.finish(handle, of: request, into: folder.path)
            #expect(outcome.outputs.isEmpty)
            #expect(outcome.warnings.first?.contains("larger than 1000000 bytes") == true, "\(outcome.warnings)")
            #expect(names(folder.file("outputs")) == [])
        }
    }

    @Test
    func `A copy that would fill the disk ends with a warning`() async throws {
        let template: [String: JSONValue] = ["outputs": .array([.string("/out")])]
        try await Jobs.withEnded("mkdir /out; echo x > /out/x", template) { _, handle, request, _ in
            let folder = try TemporaryDirectory()
            let runner = Jobs.runner(limits: TransferLimits(reserve: DiskReserve(bytes: .max)))
            let outcome = try await runner.finish(handle, of: request, into: folder.path)
            #expect(outcome.outputs.isEmpty)
            #expect(outcome.warnings.first?.contains("too little space") == true, "\(outcome.warnings)")
            #expect(names(folder.file("outputs")) == [])
        }
    }

    @Test
    func `A cancelled copy ends and leaves nothing`() async throws {
        let template: [String: JSONValue] = ["outputs": .array([.string("/out")])]
        try await Jobs.withEnded("mkdir /out; truncate -s $((2 << 40)) /out/hole", template) { _, handle, request, _ in
            let folder = try TemporaryDirectory()
            let runner = Jobs.runner(limits: TransferLimits(outputBytes: 1 << 50))
            // The disk has no 2 TB, so the announced size would be refused. Without that check the file is copied.
            let task = Task {
                try await Jobs.runner(
                    limits: TransferLimits(outputBytes: 1 << 50, reserve: DiskReserve(bytes: -(1 << 50)))
                ).finish(handle, of: request, into: folder.path)
            }
            #expect(await eventually { !names(folder.file("outputs")).isEmpty })
            task.cancel()
            let error = await #expect(throws: BackendError.self) { _ = try await task.value }
            #expect(error?.category == .cancelled, "\(String(describing: error))")
            #expect(names(folder.file("outputs")) == [])
            #expect(runner.tools.limits.outputBytes == 1 << 50)
        }
    }

    @Test
    func `A result above the limit fails the rehearsal with that cause and leaves nothing`() async throws {
        let job = try await Stage.job("truncate -s $((5 << 40)) /m/hole") {
            $0.folders = [.init(path: "/m")]
            $0.results = [.init(name: "model.tar.gz", path: "/m")]
        }
        let stage = try Stage(limits: TransferLimits(outputBytes: Self.gigabyte))
        let ended = try await stage.run(job)
        #expect(ended.observation.phase == .failed)
        #expect(ended.observation.cause?.code == Cause.Code(rawValue: "results"))
        #expect(
            ended.observation.cause?.message.contains("model.tar.gz is larger than 1g, the 'output_size_limit'")
                == true,
            "\(String(describing: ended.observation.cause))")
        #expect(ended.outcome.outputs.isEmpty)
    }

    @Test
    func `A checkpoint above the limit fails the rehearsal at its end with that cause`() async throws {
        let place = try TemporaryDirectory()
        try place.write("ck/old", "old")
        let job = try await Stage.job("truncate -s $((5 << 40)) /ck/hole") {
            $0.synced = [.init(path: "/ck", place: place.file("ck"))]
        }
        let ended = try await Stage(limits: TransferLimits(outputBytes: Self.gigabyte)).run(job)
        #expect(ended.observation.phase == .failed)
        #expect(ended.observation.cause?.message.contains("/ck is larger than 1g") == true)
        #expect(names(place.file("ck")) == ["old"])
    }

    @Test
    func `A stop during collecting ends it; an earlier stop waits for the results`() async throws {
        let job = try await Stage.job("trap 'exit 0' TERM; echo w > /m/w; truncate -s $((2 << 40)) /m/hole") {
            $0.folders = [.init(path: "/m")]
            $0.results = [.init(name: "model", path: "/m", isPacked: false)]
        }
        let stage = try Stage(
            limits: TransferLimits(outputBytes: 1 << 50, reserve: DiskReserve(bytes: -(1 << 50))))
        let ended = try await stage.run(job) { runner, handle in
            try await Stage.reach(handle, with: runner) { $0.backendStatus.hasPrefix("Uploading") }
            try await runner.stop(handle, grace: nil)
        }
        #expect(ended.observation.phase == .stopped)
        #expect(ended.observation.cause?.code == .userStop)
        #expect(ended.outcome.outputs.isEmpty)
    }

    @Test(arguments: [
        ("head -c 50000000 /dev/zero | tr '\\0' x > F", String(repeating: "x", count: 1024)),
        ("ln -s /etc/passwd F", "exit code 1"), ("mkfifo F", "exit code 1"),
        ("mkdir F; echo x > F/y", "exit code 1"),
        ("ln -s /proc/self/environ F", "exit code 1"), ("truncate -s $((5 << 40)) F", "exit code 1"),
    ])
    func `A huge failure file is truncated, and one that is a link, a pipe or a folder is not read`(
        script: String, message: String
    ) async throws {
        let job = try await Stage.job(script.replacingOccurrences(of: "F", with: "/f/failure") + "; exit 1") {
            $0.folders = [.init(path: "/f")]
            $0.failure = .init(path: "/f/failure")
        }
        let ended = try await Stage().run(job)
        #expect(ended.observation.phase == .failed)
        let found = ended.observation.cause?.message.filter { $0 != "\u{0}" }
        #expect(found?.isEmpty == true || found == message, "\(found?.prefix(100) ?? "nil")")
    }

    @Test
    func `Unpacking an input to more than the limit is stopped, and its packed file is not kept`() async throws {
        let data = try TemporaryDirectory()
        let zeros = data.file("in/zeros")
        try data.write("in/zeros", [UInt8](repeating: 0, count: 20 << 20))
        try Tool.run("gzip", [zeros])
        let job = try await Stage.job("ls -l /in") {
            $0.inputs = [.init(name: "in", path: "/in", source: .folder(data.file("in")), isCompressed: true)]
        }
        let ended = try await Stage(limits: TransferLimits(downloadBytes: 1 << 20)).run(job)
        #expect(ended.observation.phase == .failed)
        #expect(
            ended.observation.cause?.message.contains("larger than 1m once it is unpacked") == true,
            "\(String(describing: ended.observation.cause))")
    }
}
