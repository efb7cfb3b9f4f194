import LaunchConsole
import LaunchHost
import LaunchMock
import TestSupport
import Testing

@testable import LaunchCommands

/// Runs without an image, on a runner that needs none, in a program that has neither a registry nor a builder.
@Suite struct ImagelessRunTests {
    private static let catalog: PluginCatalog = {
        var plain = MockPlugins.runner
        plain.base.capabilities.needsImage = false
        var boxed = MockPlugins.runner
        boxed.base.type = "boxed"
        return PluginCatalog(
            environments: TestCatalog.catalog.environments, registries: [], builders: [],
            runners: [plain, boxed])
    }()

    private func desk(_ template: String = "run_for: 0s\n") async throws -> Desk {
        var desk = try Desk()
        desk.catalog = Self.catalog
        desk.variables["LAUNCH_CONFIG"] = try desk.folder.write("launch-config.yaml", "queues: [q]\n")
        _ = try desk.folder.write("q.yaml", template)
        let made = await desk.run("queue create q -r mock --config \(desk.folder.file("q.yaml"))")
        #expect(made.code == .ok, "\(made)")
        return desk
    }

    @Test func `config check, plan and doctor accept a queue without a registry and a builder`() async throws {
        let desk = try await desk()
        #expect(await desk.run("config check").code == .ok)
        let plan = await desk.run("plan -q q")
        #expect(plan.code == .ok && plan.output.hasPrefix("image     none; the runner needs none\nrequest "), "\(plan)")
        let json = try await desk.run("plan -q q --offline --json").json()
        #expect(json["job"]?["source"] == .object(["noImage": .bool(true)]))
        #expect(json["image"]?["way"] == .string("noImage"))
        let doctor = await desk.run("doctor")
        #expect(doctor.code == .ok, "\(doctor)")
        #expect(!doctor.output.contains("registry") && !doctor.output.contains("builder"), "\(doctor)")
    }

    @Test func `a stored job without an image runs through a queue`() async throws {
        let desk = try await desk()
        #expect(await desk.run("job create template").code == .usage)
        #expect(await desk.run("job create template --name nightly -p vision").output == "nightly:v1\n")
        #expect(await desk.run("job list").output.contains("template\twhat the queue names\n"))
        let id = await desk.run("submit -q q --job nightly").output.split(separator: "\n").joined()
        #expect(await desk.run("agent --drain").code == .ok)
        let run = try await desk.store().run(matching: id)
        #expect(run.state == .succeeded && run.project == "vision", "\(run)")
        #expect(run.resolved?.source == .noImage && run.image == .noImage)
        let status = await desk.run("status \(run.id)").output
        #expect(!status.contains("image  ") && status.contains("none; the runner needs none"), "\(status)")
    }

    @Test func `a run without a queue needs no source`() async throws {
        let answer = await (try desk()).run("run -r mock")
        #expect(answer.code == .ok, "\(answer)")
    }

    @Test func `a runner that needs an image refuses a run without one`() async throws {
        let desk = try await desk()
        _ = await desk.run("job create template --name nightly")
        for source in ["", " --job nightly"] {
            let answer = await desk.run("plan -r boxed\(source)")
            #expect(answer.code == .usage && answer.errors.contains("say what to run: --image URI"), "\(answer)")
        }
    }

    @Test func `a template that uses the image needs one`() async throws {
        let answer = await (try desk("until: \"/tmp/${image_uri}\"\n")).run("plan -q q")
        #expect(answer.code == .usage && answer.errors.contains("say what to run: --image URI"), "\(answer)")
    }

    @Test func `an image needs a registry, and the error says which block is missing`() async throws {
        let answer = await (try desk()).run("plan -q q --image busybox:1")
        #expect(answer.code == .configuration, "\(answer)")
        #expect(answer.errors.contains("The configuration has no registry"), "\(answer)")
        #expect(answer.errors.contains("Add a block 'registry:'"), "\(answer)")
    }

    @Test func `a spec cannot say that its run has no image`() async throws {
        let stage = try ResolveStage(
            queue: ResolveStage.Queue(defaultsOf: MockPlugins.runner), plugin: MockPlugins.runner)
        let spec = LaunchSpec(source: .noImage, project: "p", entity: "e", author: "a", resource: "mock")
        let error = #expect(throws: LaunchError.self) { try stage.job(spec, as: .random()) }
        #expect(error?.diagnostics.first?.message.contains("the runner does") == true)
    }
}
