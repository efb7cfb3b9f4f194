import LaunchHost
import LaunchLocalDocker
import Testing

/// Typed template variables in a template of local-docker.
@Suite struct TextVariableTests {
    private func variable(_ name: String, _ type: TemplateVariable.Kind, _ value: JSONValue) -> TemplateVariable {
        TemplateVariable(name: name, type: type, defaultValue: value)
    }

    @Test func `a number becomes text where the template wants text`() throws {
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

    @Test(arguments: [
        ("env", "integer"), ("args", "string"), ("volumes", "string"), ("outputs", "string"), ("metrics", "string"),
        ("pids_limit", "string, default: abc"), ("pids_limit", "number, default: 1.5"), ("cpus", "boolean"),
        ("gpus", "boolean"), ("gpus", "number, default: 1.5"), ("read_only", "integer"), ("time_limit", "boolean"),
        ("shm_size", "boolean"), ("shm_size", "string, default: abc"), ("ulimits", "integer"), ("cap_add", "string"),
    ])
    func `a queue with a variable that never fits is rejected`(field: String, type: String) throws {
        let text = "\(field): \"{{n}}\"\ntemplate_variables: {n: {type: \(type)}}\n"
        let error = #expect(throws: LaunchError.self) {
            _ = try QueueFile(
                Document(text: text, name: "queue.yaml", kind: .invalid), runner: LocalDockerRunner.plugin)
        }
        #expect(error?.diagnostics.allSatisfy { $0.file == "queue.yaml" && $0.line != nil } == true)
        #expect(error?.diagnostics.contains { $0.message.contains(field) } == true, "\(String(describing: error))")
    }
}
