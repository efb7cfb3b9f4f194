import EngineTestSupport
import Foundation
import Glibc
import TestSupport
import Testing

@Suite("SIGKILL of the agent", .needsEngine)
struct CrashTests {
    /// Prints a line, waits for a file of the test, and prints another. Records each start.
    private static let waits = """
        echo started >>/shared/starts; echo before; while [ ! -e /shared/go ]; do sleep 0.05; done; echo after; exit 5
        """

    @Test(arguments: [true, false])
    func `after a crash while the container runs, the next agent records log and exit code`(
        _ endsMeanwhile: Bool
    ) async throws {
        try await World.with { world in
            let id = try await world.submit(Self.waits)
            let agent = try world.start(["agent", "-q", "q"])
            try await world.wait(forShared: "starts")
            try await agent.signal(SIGKILL)
            #expect(try await agent.end().code == -SIGKILL)
            if endsMeanwhile {
                try world.folder.write("shared/go", "")
                try await world.waitForContainer(of: id)
            }
            let next = try world.start(["agent", "--drain", "-q", "q"])
            if !endsMeanwhile {
                try await next.hasSaid("run adopted")
                try world.folder.write("shared/go", "")
            }
            #expect(try await next.end().code == 0)
            let facts = try await world.facts(of: id)
            #expect(facts.state == "failed")
            #expect(facts.exitCode == 5)
            #expect(try await world.log(of: id).lines == ["before", "after"])
            #expect(world.shared("starts") == ["started"])
            // Bells and locks of ended owners are removed, and no temporary file remains.
            try await world.succeeding("queue", "pause", "q")
            for folder in ["home/bells", "home/owners"] {
                #expect(
                    try FileManager.default.contentsOfDirectory(atPath: world.folder.file(folder)).isEmpty, "\(folder)")
            }
            let known = ["home", "q.yaml", "shared", ".docker"]
            let entries = try FileManager.default.contentsOfDirectory(atPath: world.folder.path)
            #expect(entries.allSatisfy { known.contains($0) || $0.hasPrefix("launch-") }, "\(entries)")
        }
    }

    @Test(arguments: 0..<10)
    func
        `after a crash at any moment, the run has one container, the right end state, the complete log and no leftovers`(
            _ seed: Int
        ) async throws
    {
        try await World.with { world in
            let text = """
                echo started >>/shared/starts; i=0; while [ $i -lt 40 ]; do echo line $i; sleep 0.01; i=$((i+1)); done; exit 7
                """
            let id = try await world.submit(text)
            // The moments are spread over the time from an agent's start to the run's end, at other times for each
            // seed. Only two deaths, because a third one in the same stage could set the run aside.
            for round in 0..<2 {
                let agent = try world.start(["agent", "--drain", "-q", "q"])
                let moment = Duration.milliseconds((seed * 97 + round * 311) % 1_000)
                try await agent.hasSaid("agent started")
                try await Task.sleep(for: moment)
                try await agent.signal(SIGKILL)
                _ = try await agent.end()
            }
            try await world.drain()
            let facts = try await world.facts(of: id)
            #expect(facts.state == "failed")
            #expect(facts.cause?.code == "exit", "\(facts.cause?.message ?? "-")")
            #expect(facts.exitCode == 7)
            #expect(world.shared("starts") == ["started"])
            #expect(try await world.log(of: id).lines == (0..<40).map { "line \($0)" })
            let events = try await world.succeeding("events", id, "--json").json([EventFacts].self)
            let order = ["queued", "claimed", "preparing", "submitting", "starting", "running", "stopping", "failed"]
            let ranks = events.compactMap { order.firstIndex(of: $0.state) }
            #expect(ranks.count == events.count)
            #expect(ranks == ranks.sorted(), "\(events.map(\.state))")
            #expect(events.count { $0.state == "failed" } == 1)
            #expect(events.map(\.sequence) == events.map(\.sequence).sorted())
        }
    }

    @Test
    func `launch stop that waits for an agent stops the run itself after the agent is killed`() async throws {
        try await World.with { world in
            let id = try await world.submit("trap '' TERM; echo started >>/shared/starts; while :; do sleep 1; done")
            let agent = try world.start(["agent", "-q", "q"])
            try await world.wait(forShared: "starts")
            let stop = try world.start(["stop", id, "--grace", "5s"])
            try await stop.hasSaid("stopping")
            try await agent.signal(SIGKILL)
            _ = try await agent.end()
            #expect(try await stop.end().code == 0)
            #expect(try await world.facts(of: id).state == "stopped")
        }
    }

    @Test
    func `an agent completes the run of a killed launch run`() async throws {
        try await World.with { world in
            let run = try world.start(["run"] + world.script(Self.waits))
            try await world.wait(forShared: "starts")
            try await run.signal(SIGKILL)
            _ = try await run.end()
            try world.folder.write("shared/go", "")
            try await world.drain()
            let runs = try await world.succeeding("list", "--json").json([RunFacts].self)
            #expect(runs.map(\.state) == ["failed"])
            #expect(runs.first?.exitCode == 5)
            #expect(world.shared("starts") == ["started"])
        }
    }
}
