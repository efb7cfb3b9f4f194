import EngineTestSupport
import Foundation
import LaunchHost
import TestSupport
import Testing

@Suite("Templates of queues", .needsEngine)
struct TemplateTests {
    private static let variables = """
        env: {WHO: "${author}", WHAT: "${run_name} of ${project_name} in ${queue_name}", IMAGE: "${image_uri}", N: "n={{n}}", SIZE: "{{size}}", ID: "${run_id}"}
        template_variables:
          n: {type: integer, minimum: 1, maximum: 8, default: 2}
          size: {type: string, enum: [small, large]}
        """

    @Test
    func `macros and template variables reach the container; the agent's own variables do not`() async throws {
        try await World.with(setting: ["SECRET_OF_AGENT": "leaked"]) { world in
            try await world.queue("v", Self.variables)
            var words = world.script(
                "echo \"$WHO|$WHAT|$N|$SIZE|$ID|$LAUNCH_RUN_ID\"; echo $IMAGE; env; echo \"$0\" \"$@\"")
            words[1] = "v"
            let answer = try await world.launch(
                [
                    "run", "-V", "size=large", "-V", "n=8", "--name", "my run", "--env",
                    "RAW=${run_id} {{n}}",
                ] + words
                    + ["zero", "a b", "${run_id}", "{{n}}", "$HOME"])
            #expect(answer.code == 0, "\(answer)")
            let lines = answer.lines
            let id = try #require(lines.first?.split(separator: "|").last)
            #expect(lines.first == "\(SystemUser.name)|my run of \(world.project) in v|n=8|large|\(id)|\(id)")
            #expect(lines.dropFirst().first == (try await EngineFixture.imageID()))
            #expect(lines.contains("RAW=${run_id} {{n}}"))
            #expect(!answer.output.contains("leaked"))
            #expect(lines.last == "zero a b ${run_id} {{n}} $HOME")
        }
    }

    @Test
    func `invalid values are rejected at submit, all at once, and nothing is queued`() async throws {
        try await World.with { world in
            try await world.queue("v", Self.variables)
            let wrong: [[String]] = [
                [], ["-V", "size=medium"], ["-V", "size=small", "-V", "n=9"], ["-V", "size=small", "-V", "n=x"],
                ["-V", "size=small", "-V", "m=1"], ["-V", "size=small", "--set", "volumes=[/:/host]"],
                ["-V", "size=small", "--set", "memroy=4g"], ["-V", "size=small", "--set", "memory=lots"],
                ["-V", "size=small", "--set", "time_limit=0"],
            ]
            for options in wrong {
                let answer = try await world.launch(["submit", "-q", "v", "--image", World.image] + options)
                #expect(answer.code == 65, "\(options): \(answer)")
                #expect(answer.output.isEmpty)
                #expect(answer.messages >= 1)
            }
            #expect(try await world.succeeding("list", "--json").json([RunFacts].self).isEmpty)
        }
    }

    @Test
    func `an unknown macro is rejected when the queue is created`() async throws {
        try await World.with { world in
            let file = try world.folder.write("m.yaml", "env: {A: \"${HOME}\"}\n")
            let answer = try await world.launch("queue", "create", "m", "-r", "local-docker", "--config", file)
            #expect(answer.code == 65)
            #expect(answer.errors.contains("m.yaml:1:"))
            #expect(answer.errors.contains("${HOME}"))
        }
    }

    @Test
    func `changing or deleting a queue after a submit does not affect its waiting runs`() async throws {
        try await World.with { world in
            try await world.queue("v", Self.variables)
            let id = try await world.succeeding(
                "submit", "-q", "v", "--image", World.image, "-V", "size=small", "-E", "echo hello"
            ).word
            let answer = try await world.launch("queue", "delete", "v")
            #expect(answer.code == 65, "\(answer)")
            #expect(try await world.facts(of: id).state == "queued")
            try await world.drain(["-q", "v"])
            #expect(try await world.log(of: id).output == "hello\n")
        }
    }

    @Test
    func `outputs are kept, and metrics are found`() async throws {
        let template = "outputs: [/out, /none]\nmetrics: {loss: 'loss=([0-9.]+)', other: 'other=([0-9]+)'}\n"
        try await World.with(template: template) { world in
            let id = try await world.submit(
                "mkdir /out; echo model >/out/model; ln -s /etc/passwd /out/link; echo loss=3; echo loss=0.25")
            try await world.drain()
            let facts = try await world.facts(of: id)
            #expect(facts.state == "succeeded")
            #expect(facts.metrics == ["loss": 0.25])
            let kept = try #require(facts.outputs.first)
            #expect(kept.name == "/out")
            #expect(try String(contentsOfFile: kept.path + "/model", encoding: .utf8) == "model\n")
            #expect(facts.warnings.contains { $0.contains("/none") })
            #expect(facts.warnings.contains { $0.contains("other") })
        }
    }

    @Test
    func `a lack of memory is reported as out-of-memory`() async throws {
        try await World.with(template: "memory: 16m\n") { world in
            // The container outlives its large child. An engine that learns of the container's end before the lack of
            // memory does not report the latter.
            let id = try await world.submit("(x=$(yes | head -c 200000000)); code=$?; sleep 1; exit $code")
            try await world.drain()
            let facts = try await world.facts(of: id)
            #expect(facts.state == "failed")
            #expect(facts.cause?.code == "out-of-memory", "\(facts.cause?.message ?? "-")")
        }
    }

    @Test
    func `a mock queue's request is rehearsed as a real container, directly and by an agent`() async throws {
        try await World.with { world in
            try await world.queue("m", "metrics: {loss: 1}\n", resource: "mock")
            let words = [
                "--rehearse", "-q", "m", "--image", World.image, "-E", "/bin/sh -c", "--", "echo rehearsed; exit 4",
            ]
            let answer = try await world.launch(["run"] + words)
            #expect(answer.code == 1, "\(answer)")
            #expect(answer.output == "rehearsed\n")
            let id = try await world.succeeding(["submit"] + words).word
            try await world.drain(["-q", "m"])
            #expect(try await world.facts(of: id).exitCode == 4)
            #expect(try await world.log(of: id).output == "rehearsed\n")
        }
    }
}
