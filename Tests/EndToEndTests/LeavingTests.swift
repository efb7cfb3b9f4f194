import Foundation
import Glibc
import TestSupport
import Testing

@Suite("Agents that leave on a signal", .needsEngine)
struct LeavingTests {
    private static let waits = """
        echo started >>/shared/starts; while [ ! -e /shared/go ]; do sleep 0.05; done; echo ended
        """

    @Test(arguments: [SIGTERM, SIGINT])
    func `after the first SIGTERM, an agent ends with 0, its container continues, and the next agent finishes the run`(
        _ signal: Int32
    ) async throws {
        try await World.with { world in
            let id = try await world.submit(Self.waits)
            let waiting = try await world.submit("echo second >>/shared/second")
            let agent = try world.start(["agent", "-q", "q", "--max-jobs", "1"])
            try await world.wait(forShared: "starts")
            try await agent.signal(signal)
            let answer = try await agent.end()
            #expect(answer.code == 0, "\(answer)")
            #expect(!(try await world.facts(of: id)).state.hasPrefix("succ"))
            #expect(try await world.facts(of: waiting).state == "queued")
            try world.folder.write("shared/go", "")
            try await world.drain()
            #expect(try await world.facts(of: id).state == "succeeded")
            #expect(try await world.log(of: id).output == "ended\n")
            #expect(world.shared("starts").count == 1)
            #expect(world.shared("second").count == 1)
        }
    }

    @Test
    func `after the second SIGTERM, an agent exits at once with 130, even during a build; the run is not lost`()
        async throws
    {
        try await World.with { world in
            let source = try Source(in: world, run: "RUN /bin/sleep 100")
            let id = try await world.succeeding(["submit"] + source.words).word
            let agent = try world.start(["agent", "-q", "q"])
            try await agent.hasSaid("run taken")
            #expect(try await eventually { try await world.facts(of: id).state == "building" })
            try await agent.signal(SIGTERM)
            try await agent.hasSaid("repeat the signal")
            try await agent.signal(SIGTERM)
            #expect(try await agent.end().code == 130)
            #expect(try await world.facts(of: id).state == "building")
            try await world.succeeding("stop", id)
            #expect(try await world.facts(of: id).state == "stopped")
        }
    }

    @Test(arguments: [SIGQUIT, SIGABRT])
    func `SIGQUIT and SIGABRT end an agent at once`(_ signal: Int32) async throws {
        try await World.with { world in
            let agent = try world.start(["agent", "-q", "q"])
            try await agent.hasSaid("agent started")
            try await agent.signal(signal)
            #expect(try await agent.end().code == -signal)
        }
    }
}
