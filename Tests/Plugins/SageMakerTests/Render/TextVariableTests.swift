import LaunchHost
import Testing

@testable import LaunchSageMaker

/// Numbers and booleans of template variables for members that must be text.
struct TextVariableTests {
    let runner = SageMakerRunner(nil, options: SageMakerOptions(), model: .bundled, log: .silent)

    private static let variables = [
        TemplateVariable(name: "n", type: .integer, defaultValue: .integer(2)),
        TemplateVariable(name: "rate", type: .number, defaultValue: .number(0.5)),
        TemplateVariable(name: "spot", type: .boolean, defaultValue: .bool(true)),
    ]

    private func request(_ more: [String: JSONValue]) throws -> RunRequest {
        var given = try TrainingWorld.job()
        let queue = ResolveStage.Queue(
            template: .object(TrainingWorld.template.merging(more) { $1 }), variables: Self.variables)
        let spec = LaunchSpec(
            source: given.job.source, project: "p", entity: "e", author: "a", resource: SageMakerRunner.type, queue: "q"
        )
        given.job = try ResolveStage(queue: queue, plugin: SageMakerRunner.plugin).job(spec, as: given.job.runID)
        return try runner.render(given)
    }

    @Test func `they are written as text`() throws {
        let request = try request([
            "Environment": .object([
                "WORLD_SIZE": .string("{{n}}"), "RATE": .string("{{ rate }}"), "SPOT": .string("{{spot}}"),
            ]),
            "Tags": .array([RunTags.tag("nodes", "{{n}}")]),
            "HyperParameters": .object(["rate": .string("{{rate}}")]),
        ])
        let environment = request.document["Environment"]
        #expect(environment?["WORLD_SIZE"] == .string("2"))
        #expect(environment?["RATE"] == .string("0.5"))
        #expect(environment?["SPOT"] == .string("true"))
        #expect(RunTags.value("nodes", in: request.document) == "2")
        #expect(request.document["HyperParameters"]?["rate"] == .string("0.5"))
        #expect(runner.validate(request).isEmpty)
    }

    @Test func `they keep their type elsewhere`() throws {
        let request = try request([
            "ResourceConfig": .object([
                "InstanceType": .string("ml.m5.xlarge"), "InstanceCount": .string("{{n}}"),
                "VolumeSizeInGB": .string("{{n}}"),
            ]),
            "EnableNetworkIsolation": .string("{{spot}}"),
        ])
        #expect(request.document["ResourceConfig"]?["InstanceCount"] == .integer(2))
        #expect(request.document["EnableNetworkIsolation"] == .bool(true))
        #expect(runner.validate(request).isEmpty)
    }

    @Test func `a number in the queue's own template is still an error`() throws {
        let findings = runner.validate(try request(["Environment": .object(["WORLD_SIZE": .integer(2)])]))
        #expect(findings.map(\.path.description) == ["Environment.WORLD_SIZE"])
        #expect(findings.first?.hint == "Put the value in quotes.")
    }
}
