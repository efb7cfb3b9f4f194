import LaunchHost
import LocalDocker
import Testing

/// Typed template variables in a template of local-docker.
@Suite struct TextVariableTests {
    private func variable(_ name: String, _ type: TemplateVariable.Kind, _ value: JSONValue) -> TemplateVariable {
        TemplateVariable(name: name, type: type, defaultValue: value)
    }

    @Test func aNumberBecomesTextWhereTheTemplateWantsText() throws {
        let queue = ResolveStage.Queue(
            template: .object([
                "args": .array([.string("--epochs"), .string("{{epochs}}"), .string("--lr={{lr}}")]),
                "env": .object(["LR": .string("{{lr}}"), "FAST": .string("{{fast}}"), "NAME": .string("{{name}}")]),
                "entry_point": .string("{{epochs}}"), "cpus": .string("{{cpus}}"), "gpus": .string("{{epochs}}"),
            ]),
            variables: [
                variable("epochs", .integer, .integer(3)), variable("lr", .number, .number(0.1)),
                variable("fast", .boolean, .bool(true)), variable("name", .string, .string("x")),
                variable("cpus", .number, .number(1.5)),
            ])
        let spec = LaunchSpec(
            source: .image("busybox:1"), project: "p", entity: "e", author: "a", resource: "local-docker", queue: "q",
            overrides: Overrides(variables: ["epochs": .string("5")]))
        let template = try ResolveStage(queue: queue, plugin: LocalDockerRunner.plugin).job(spec, as: .random())
            .template
        #expect(template["args"] == .array([.string("--epochs"), .string("5"), .string("--lr=0.1")]))
        #expect(
            template["env"]
                == .object(["LR": .string("0.1"), "FAST": .string("true"), "NAME": .string("x")]))
        #expect(template["entry_point"] == .string("5"))
        #expect(template["cpus"] == .number(1.5) && template["gpus"] == .integer(5))
    }
}
