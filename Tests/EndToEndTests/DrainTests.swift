import EngineTestSupport
import Foundation
import TestSupport
import Testing

@Suite("From a queue to a finished container", .needsEngine)
struct DrainTests {
    @Test
    func `submit prints only the ID; a drained agent completes runs with end state, exit code and the complete log`()
        async throws
    {
        try await World.with { world in
            let good = try await world.launch(
                ["submit"] + world.script("i=0; while [ $i -lt 500 ]; do echo line $i; i=$((i+1)); done"))
            #expect(good.code == 0)
            #expect(good.output == good.word + "\n" && good.errors.isEmpty, "\(good)")
            let bad = try await world.submit("echo oops >&2; exit 42")
            let agent = try await world.drain()
            #expect(agent.output.isEmpty)

            let facts = try await world.facts(of: good.word)
            #expect(facts.state == "succeeded")
            #expect(facts.exitCode == 0)
            #expect(facts.image?.digest == (try await EngineFixture.imageID()))
            #expect(try await world.log(of: good.word).lines == (0..<500).map { "line \($0)" })
            #expect(try await world.facts(of: bad).state == "failed")
            #expect(try await world.facts(of: bad).exitCode == 42)
            #expect(try await world.log(of: bad).output == "oops\n")
        }
    }

    @Test(arguments: [0, 1, 3, 255])
    func `launch run ends with the code of the run's result, and prints the container's standard output`(_ code: Int)
        async throws
    {
        try await World.with { world in
            let answer = try await world.launch(["run"] + world.script("echo data; exit \(code)"))
            #expect(answer.code == (code == 0 ? 0 : 1))
            #expect(answer.output == "data\n")
            #expect(answer.errors.contains("exit code \(code)"))
        }
    }

    @Test
    func `a run that cannot start fails with a message of one sentence that gives the reason`() async throws {
        try await World.with { world in
            let answer = try await world.launch("run", "-q", "q", "--image", World.image, "-E", "/no/such/program")
            #expect(answer.code == 1)
            #expect(answer.output.isEmpty)
            #expect(answer.errors.contains("/no/such/program"))
        }
    }

    @Test
    func
        `runs of one queue are ordered by priority, then by age; nothing is claimed from a paused queue until it is resumed`()
        async throws
    {
        try await World.with { world in
            for level in ["low", "medium", "critical", "high", "critical"] {
                _ = try await world.submit("echo \(level) >>/shared/order", ["-P", level])
            }
            try await world.succeeding("queue", "pause", "q")
            try await world.drain()
            #expect(world.shared("order").isEmpty)
            try await world.succeeding("queue", "resume", "q")
            try await world.drain(["-q", "q", "--max-jobs", "1"])
            #expect(world.shared("order") == ["critical", "critical", "high", "medium", "low"])
        }
    }

    @Test
    func `never more than max_jobs run at once, and several queues are served in turn`() async throws {
        try await World.with { world in
            try await world.queue("other")
            // Each run counts the runs beside it, and removes its own entry at its end.
            let text = """
                mkdir /shared/$LAUNCH_RUN_ID; ls -d /shared/*/ | wc -l >>/shared/beside; \
                echo $LAUNCH_QUEUE >>/shared/queues; sleep 0.2; rmdir /shared/$LAUNCH_RUN_ID
                """
            for _ in 0..<4 { _ = try await world.submit(text) }
            for _ in 0..<2 {
                var words = world.script(text)
                words[1] = "other"
                try await world.succeeding(["submit"] + words)
            }
            let config = try world.folder.write("c.yaml", "max_jobs: 2\nqueues: [q, other]\n")
            try await world.succeeding("agent", "--drain", "-c", config)
            let beside = world.shared("beside").compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
            #expect(beside.count == 6)
            #expect((beside.max() ?? 9) <= 2)
            let turns = world.shared("queues")
            #expect(Set(turns.prefix(4)) == ["q", "other"])
        }
    }
}
