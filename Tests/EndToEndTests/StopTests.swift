import Foundation
import Glibc
import TestSupport
import Testing

@Suite("Stopping", .needsEngine)
struct StopTests {
    /// Prints nothing, and ignores SIGTERM.
    private static let silent = "trap '' TERM; echo started >>/shared/starts; while :; do sleep 0.2; done"

    @Test
    func
        `a silent container that ignores SIGTERM is killed after the grace period; the run is stopped, launch run ends with 3`()
        async throws
    {
        try await World.with { world in
            let run = try world.start(["run"] + world.script(Self.silent))
            try await world.wait(forShared: "starts")
            let id = try #require(run.errors.split(separator: "\n").first?.split(separator: " ").last.map(String.init))
            let stop = try await world.succeeding("stop", "--grace", "2s", id)
            #expect(stop.output.isEmpty)
            let answer = try await run.end()
            #expect(answer.code == 3, "\(answer)")
            #expect(answer.output.isEmpty)
            #expect(try await world.facts(of: id).state == "stopped")
            let again = try await world.succeeding("stop", id)
            #expect(again.errors.contains("had ended before"))
        }
    }

    @Test
    func `a queued run stops at once, a second stop changes nothing, and no agent claims it`() async throws {
        try await World.with { world in
            let id = try await world.submit("echo x >>/shared/ran")
            try await world.succeeding("stop", id)
            try await world.succeeding("stop", id)
            #expect(try await world.facts(of: id).state == "stopped")
            try await world.drain()
            #expect(world.shared("ran").isEmpty)
        }
    }

    @Test
    func
        `an end that cannot be recorded does not block launch run, which exits after the third signal`()
        async throws
    {
        try await World.with { world in
            let run = try world.start(
                ["run"]
                    + world.script("echo x >>/shared/starts; while [ ! -e /shared/go ]; do sleep 0.05; done; echo bye"))
            try await world.wait(forShared: "starts")
            let id = try #require(run.errors.split(separator: "\n").first?.split(separator: " ").last.map(String.init))
            // The path of the log before it is complete.
            let obstacle = "\(world.folder.file("home"))/runs/\(id)/log.partial"
            try FileManager.default.createDirectory(atPath: obstacle, withIntermediateDirectories: true)
            try world.folder.write("shared/go", "")
            try await run.hasSaid("could not be recorded yet")
            for word in ["once more to stop at once", "once more to leave", "launch stop \(id)"] {
                try await run.signal(SIGINT)
                try await run.hasSaid(word)
            }
            #expect(try await run.end().code == 130)
            try FileManager.default.removeItem(atPath: obstacle)
            try await world.succeeding("stop", id)
            #expect(try await world.log(of: id).output == "bye\n")
        }
    }

    @Test
    func `without a live agent, launch stop stops the run itself`() async throws {
        try await World.with { world in
            let id = try await world.submit(Self.silent)
            let agent = try world.start(["agent", "-q", "q"])
            try await world.wait(forShared: "starts")
            try await agent.signal(SIGKILL)
            _ = try await agent.end()
            let stop = try await world.succeeding("stop", "--grace", "1s", id)
            #expect(!stop.errors.contains("stays for now"), "\(stop)")
            let facts = try await world.facts(of: id)
            #expect(facts.state == "stopped")
            #expect(facts.cause?.code == "user-stop")
        }
    }

    @Test
    func `a stop with a shorter grace period replaces an earlier one, and both commands end`() async throws {
        try await World.with { world in
            let id = try await world.submit(Self.silent)
            let agent = try world.start(["agent", "-q", "q", "--drain"])
            try await world.wait(forShared: "starts")
            let patient = try world.start(["stop", "--grace", "10m", id])
            try await patient.hasSaid("stopping")
            try await world.succeeding("stop", "--grace", "0", id)
            #expect(try await patient.end().code == 0)
            #expect(try await agent.end().code == 0)
        }
    }

    @Test
    func `ctrl-C on launch run sends SIGTERM, so that the job can save its work; the run is stopped`() async throws {
        try await World.with { world in
            let run = try world.start(
                ["run"]
                    + world.script(
                        "trap 'echo saved; exit 0' TERM; echo x >>/shared/starts; while :; do sleep 0.1; done"))
            try await world.wait(forShared: "starts")
            try await run.signal(SIGINT)
            let answer = try await run.end()
            #expect(answer.code == 3, "\(answer)")
            #expect(answer.output == "saved\n")
        }
    }

    @Test
    func `ctrl-C stops the run from the moment of its record, before launch run has printed its ID`() async throws {
        try await World.with { world in
            // Standard error is a full pipe, so the program blocks when it prints the ID.
            let pipe = try FullPipe(world.folder.file("errors"))
            let run = try world.start(["run"] + world.script(Self.silent), errors: pipe.path)
            let isThere = try await eventually {
                try await world.succeeding("list", "--json").json([RunFacts].self).count == 1
            }
            try #require(isThere)
            try await run.signal(SIGINT)
            let draining = Task { try await pipe.drain() }
            defer { draining.cancel() }
            let answer = try await run.end()
            #expect(answer.code == 3, "\(answer)")
        }
    }

    @Test
    func `a second ctrl-C skips the grace period`() async throws {
        try await World.with { world in
            let run = try world.start(["run"] + world.script(Self.silent))
            try await world.wait(forShared: "starts")
            try await run.signal(SIGINT)
            try await run.hasSaid("once more")
            try await run.signal(SIGINT)
            #expect(try await run.end().code == 3)
        }
    }

    @Test
    func `ctrl-C during a build ends the build and the run`() async throws {
        try await World.with { world in
            let source = try Source(in: world, run: "RUN /bin/sleep 100")
            let run = try world.start(["run"] + source.words)
            try await run.hasSaid("build")
            try await run.signal(SIGINT)
            #expect(try await run.end().code == 3)
        }
    }

    @Test
    func `a time limit ends the run with that cause, and kills it after the template's grace period`() async throws {
        try await World.with(template: "time_limit: 1s\nstop_grace: 1s\n") { world in
            let answer = try await world.launch(["run"] + world.script(Self.silent))
            #expect(answer.code == 3)
            #expect(answer.errors.contains("time limit"))
        }
    }

    @Test
    func `a stop of a run whose agent is suspended ends with advice, and works after the agent's end`() async throws {
        try await World.with { world in
            let id = try await world.submit(Self.silent)
            let agent = try world.start(["agent", "-q", "q"])
            try await world.wait(forShared: "starts")
            // An agent that is suspended in the middle of a write would hold the database's lock.
            #expect(await eventually { (try? await world.facts(of: id).state) == "running" })
            try await agent.signal(SIGSTOP)
            let stop = try await world.launch(["stop", id, "--grace", "0"])
            #expect(stop.code == 75 && stop.output.isEmpty, "\(stop)")
            #expect(stop.errors.contains("is suspended") && stop.errors.contains("kill -CONT"), "\(stop)")
            try await agent.signal(SIGKILL)
            #expect(try await agent.end().code == -SIGKILL)
            try await world.succeeding("stop", id, "--grace", "0")
            #expect(try await world.facts(of: id).state == "stopped")
        }
    }

    @Test
    func `concurrent stops have the effect of one`() async throws {
        try await World.with { world in
            let id = try await world.submit(Self.silent)
            let agent = try world.start(["agent", "-q", "q", "--drain"])
            try await world.wait(forShared: "starts")
            let stops = try (0..<4).map { _ in try world.start(["stop", "--grace", "1s", id]) }
            for stop in stops { #expect(try await stop.end().code == 0) }
            #expect(try await agent.end().code == 0)
            let events = try await world.succeeding("events", id, "--json").json([EventFacts].self)
            #expect(events.count { $0.state == "stopped" } == 1)
        }
    }
}
