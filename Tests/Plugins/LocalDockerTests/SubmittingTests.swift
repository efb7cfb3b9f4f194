import LaunchLocalDocker
import EngineTestSupport
import Foundation
import LaunchContainerEngine
import LaunchHost
import LocalDockerTestSupport
import TestSupport
import Testing

@Suite("Submitting to a real engine", .enabled(if: EngineFixture.isWanted, "\(EngineFixture.skipReason)"))
struct SubmittingTests {
    @Test
    func `32 concurrent programs create one container, and the job runs once`() async throws {
        let folder = try TemporaryDirectory()
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.path)
        let id = RunID.random()
        let template: [String: JSONValue] = ["volumes": .array([.string("\(folder.path):/count")])]
        let job = Jobs.job("echo x >> /count/runs", template, id: id, image: try await Jobs.image())
        let handles = try await withThrowingTaskGroup(of: RunHandle.self) { group in
            for _ in 0..<32 {
                group.addTask {
                    let runner = Jobs.runner()
                    return try await runner.submit(try runner.render(job), as: id)
                }
            }
            return try await group.reduce(into: Set<RunHandle>()) { $0.insert($1) }
        }
        let engine = try await EngineFixture.engine()
        #expect(handles.count == 1)
        #expect(try await engine.containers(labels: ["launch.run=\(id)"]).count == 1)
        let handle = try #require(handles.first)
        _ = try await engine.waitForContainer(try Jobs.id(handle))
        #expect(try String(contentsOfFile: folder.file("runs"), encoding: .utf8) == "x\n")
        // Submitting after the end returns the same container and does not run the job again.
        let runner = Jobs.runner()
        #expect(try await runner.submit(try runner.render(job), as: id) == handle)
        #expect(try await runner.observe([handle]).first?.phase == .succeeded)
        #expect(try String(contentsOfFile: folder.file("runs"), encoding: .utf8) == "x\n")
        try await runner.release(handle)
    }

    @Test
    func `Another request under the same run ID is a conflict`() async throws {
        try await Jobs.with("sleep 900") { runner, handle, _ in
            let other = try runner.render(Jobs.job("exit 0", id: handle.runID, image: try await Jobs.image()))
            let error = await #expect(throws: BackendError.self) {
                _ = try await runner.submit(other, as: handle.runID)
            }
            #expect(error?.category == .conflict)
            #expect(error?.message.contains("another request") == true)
            #expect(try await runner.observe([handle]).first?.phase == .running)
        }
    }

    @Test
    func `Another program's container with the name is a conflict and is not changed`() async throws {
        let engine = try await EngineFixture.engine()
        let id = RunID.random()
        let image = try await Jobs.image()
        var spec = ContainerSpec(image: image.reference)
        spec.entryPoint = ["/bin/true"]
        let foreign = try await engine.createContainer(spec, name: "launch-\(id)")
        let runner = Jobs.runner()
        let request = try runner.render(Jobs.job("exit 0", id: id, image: image))
        let error = await #expect(throws: BackendError.self) { _ = try await runner.submit(request, as: id) }
        #expect(error?.category == .conflict)
        #expect(try await runner.find(Jobs.anyRequest, as: id) == nil)
        #expect(try await engine.container(foreign)?.state.status == "created")
        try await engine.removeContainer(foreign)
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        var name: String
        var template: [String: JSONValue] = [:]
        var entryPoint: [String]?
        var words: [String]
        var testDescription: String { name }
    }

    @Test(arguments: [
        Bad(name: "no such program", entryPoint: ["/nope"], words: ["/nope", "no such file"]),
        Bad(name: "no program", entryPoint: ["/etc/passwd"], words: ["permission denied"]),
        Bad(name: "user", template: ["user": .string("nobodyx")], words: ["nobodyx", "/etc/passwd"]),
        Bad(
            name: "mount", template: ["volumes": .array([.string("/launch-none/x:/x")])], words: ["/launch-none/x"]),
        Bad(
            name: "network", template: ["network": .string("launch-none")],
            words: ["launch-none", "docker network create"]),
        Bad(name: "workdir", template: ["workdir": .string("/etc/passwd")], words: ["/etc/passwd"]),
        Bad(name: "cpus", template: ["cpus": .integer(4096)], words: ["CPUs"]),
    ])
    func `A container that cannot start is refused with the engine's message, and nothing remains`(_ bad: Bad)
        async throws
    {
        let id = RunID.random()
        var job = Jobs.job("exit 0", bad.template, id: id, image: try await Jobs.image())
        if let entryPoint = bad.entryPoint { job.job.entryPoint = entryPoint }
        let runner = Jobs.runner()
        let request = try runner.render(job)
        #expect(runner.validate(request) == [])
        let error = await #expect(throws: BackendError.self) { _ = try await runner.submit(request, as: id) }
        #expect(error?.category == .invalid, "\(String(describing: error))")
        for word in bad.words { #expect(error?.description.contains(word) == true, "\(error?.description ?? "")") }
        #expect(error?.message.contains("OCI runtime") == false)
        #expect(try await runner.find(Jobs.anyRequest, as: id) == nil)
    }

    @Test
    func `A missing image is not found`() async throws {
        let id = RunID.random()
        let hex = String(repeating: "ab", count: 32)
        let digest = try #require(Digest(rawValue: "sha256:\(hex)"))
        let runner = Jobs.runner()
        for (reference, category) in [
            (digest.rawValue, BackendError.Category.notFound), ("127.0.0.1:1/none@\(digest)", .transient),
        ] {
            let image = PinnedImage(reference: reference, digest: digest, name: "none:1")
            let request = try runner.render(Jobs.job("exit 0", id: id, image: image))
            let error = await #expect(throws: BackendError.self) { _ = try await runner.submit(request, as: id) }
            #expect(error?.category == category, "\(String(describing: error))")
            #expect(error?.message.contains("none") == true)
        }
        #expect(try await runner.find(Jobs.anyRequest, as: id) == nil)
    }

    @Test
    func `Submitting again starts a created container after a delay`() async throws {
        let engine = try await EngineFixture.engine()
        let id = RunID.random()
        let runner = Jobs.runner()
        let request = try runner.render(Jobs.job("exit 3", id: id, image: try await Jobs.image()))
        // The leftover of a program that died between the two calls.
        let first = try await runner.submit(request, as: id)
        let made = try await EngineFixture.inspect(try Jobs.id(first), as: Labels.self)
        try await runner.release(first)
        var spec = ContainerSpec(image: try await EngineFixture.imageID())
        spec.entryPoint = ["/bin/sh", "-c", "exit 3"]
        spec.labels = made.Config.Labels
        spec.host.network = "none"
        let left = try await engine.createContainer(spec, name: "launch-\(id)")
        let found = try #require(try await runner.find(Jobs.anyRequest, as: id))
        #expect(try await runner.observe([found]).first?.phase == .starting)
        let handle = try await runner.submit(request, as: id)
        #expect(try Jobs.id(handle) == left)
        #expect(try await engine.waitForContainer(left) == 3)
        try await runner.release(handle)
    }

    @Test
    func `A stop before the start removes the container`() async throws {
        let engine = try await EngineFixture.engine()
        let id = RunID.random()
        var spec = ContainerSpec(image: try await EngineFixture.imageID())
        spec.entryPoint = ["/bin/true"]
        spec.labels = ["launch.run": id.rawValue]
        _ = try await engine.createContainer(spec, name: "launch-\(id)")
        let runner = Jobs.runner()
        let handle = try #require(try await runner.find(Jobs.anyRequest, as: id))
        try await runner.stop(handle, grace: .seconds(5))
        #expect(try await runner.find(Jobs.anyRequest, as: id) == nil)
    }

    private struct Labels: Decodable {
        struct Config: Decodable { var Labels: [String: String] }
        var Config: Config
    }
}
