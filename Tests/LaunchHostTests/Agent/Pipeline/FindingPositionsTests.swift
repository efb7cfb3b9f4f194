import LaunchHost
import LaunchMock
import Testing

/// A finding about a size or a duration has the line of the text that the user wrote: `1k` is 1024 in the request.
@Suite struct FindingPositionsTests {
    private static let plugin: RunnerPlugin = {
        var plugin = MockPlugins.runner
        plugin.template = (plugin.template ?? []) + [Field("disk", .bytes, help: "The size of the disk.")]
        return plugin
    }()

    private func diagnostics(_ text: String, submitted: String? = nil) throws -> [String] {
        let plugin = Self.plugin
        let document = try Document(text: text, name: "q.yaml", kind: .invalid)
        let file = try QueueFile(document, runner: plugin)
        let queue = ResolveStage.Queue(
            template: file.template, variables: file.variables, allowOverrides: [FieldPath()], policy: .unlimited)
        var spec = LaunchSpec(
            source: .image("a/b:1"), project: "p", entity: "e", author: "a", resource: plugin.base.type)
        var values = SubmittedValues(for: plugin)
        if let submitted {
            let given = try Document(text: submitted, name: "given.yaml", kind: .invalid)
            spec.overrides.resourceArguments = given.jsonValue
            values.add(.resourceArguments, at: given.root, in: given)
        }
        let resolution = try ResolveStage(queue: queue, plugin: plugin).resolution(
            of: spec, as: .random(), submitted: values)
        var plan = try Plan(
            resolution.job, image: ImageDecision(.unresolved, "not looked up"),
            runner: try plugin.base.make(Options(), PluginContext()))
        #expect(plan.job.template["disk"] == .integer(1024) && plan.job.template["time_limit"] == .integer(30))
        plan.findings = ["disk", "time_limit"].map { Finding(.error, at: FieldPath([.member($0)]), "wrong") }
        return plan.diagnostics(in: document.spelt(like: plugin), origins: resolution.origins, submitted: values)
            .map { "\($0.file ?? ""):\($0.line ?? 0):\($0.column ?? 0) \($0.sourceLine ?? "")" }
    }

    @Test func `a size and a duration of the queue's file have their lines`() throws {
        let found = try diagnostics("run_for: 1s\ndisk: 1k\ntime_limit: 30s\n")
        #expect(found == ["q.yaml:2:7 disk: 1k", "q.yaml:3:13 time_limit: 30s"])
    }

    @Test func `a size and a duration of a submitter's file have their lines`() throws {
        let found = try diagnostics("disk: 1g\ntime_limit: 2h\n", submitted: "time_limit: 30s\ndisk: 1k\n")
        #expect(found == ["given.yaml:2:7 disk: 1k", "given.yaml:1:13 time_limit: 30s"])
    }
}
