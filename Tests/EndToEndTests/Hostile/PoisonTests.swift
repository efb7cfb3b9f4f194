import Foundation
import Glibc
import TestSupport
import Testing

/// Agents that are killed while they work on a run, or while they only observe one.
@Suite("A run that ends its agents", .timeLimit(.minutes(30)))
struct PoisonTests {
    /// Starts an agent and kills it when the run's record fulfils the condition.
    private func kill(_ home: MockHome, once isReady: @escaping @Sendable () async throws -> Bool) async throws {
        let agent = try home.start(["agent", "-q", "q", "--max-jobs", "1"])
        try await agent.hasSaid("agent started")
        #expect(try await eventually(isReady))
        try await agent.signal(SIGKILL)
        #expect(try await agent.end().code == -SIGKILL)
    }

    @Test
    func `after three agents ended while they worked on a run, the fourth sets it aside and runs the others`()
        async throws
    {
        let home = try MockHome()
        try await home.queue("prepare_for: 300s\n")
        let poison = try await home.submit()
        for number in 0..<3 {
            // The image is recorded, and the mock prepares. An agent that is killed now has worked on the run.
            try await kill(home) {
                let claims =
                    try await home.succeeding("events", poison).output.components(separatedBy: " by ").count - 2
                let image = try await home.facts(of: poison).image
                return claims > number && image != nil
            }
        }
        let good = try await home.submit("--set", "prepare_for=0s")
        let last = try await home.launch("agent", "-q", "q", "--drain")
        #expect(last.code == 0, "\(last)")
        let facts = try await home.facts(of: poison)
        #expect(facts.state == "failed" && facts.cause?.code == "internal", "\(facts)")
        #expect(facts.cause?.message.contains("3 programs ended while they worked on this run") == true)
        let events = try await home.succeeding("events", poison).output
        #expect(events.contains("ended while it worked on the run (3)"), "\(events)")
        #expect(try await home.facts(of: good).state == "succeeded")
    }

    @Test
    func `agents that end while they only observe a healthy run do not count, and the run continues to its end`()
        async throws
    {
        let home = try MockHome()
        let go = home.folder.file("go")
        try await home.queue("until: \(go)\n")
        let id = try await home.submit()
        for number in 0..<5 {
            let agent = try home.start(["agent", "-v", "-q", "q"])
            try await agent.hasSaid(number == 0 ? "run taken" : "run adopted")
            let runs = try await eventually { try await home.facts(of: id).state == "running" }
            #expect(runs)
            try await agent.signal(SIGKILL)
            _ = try await agent.end()
        }
        try home.folder.write("go", "")
        #expect(try await home.launch("agent", "-q", "q", "--drain").code == 0)
        #expect(try await home.facts(of: id).state == "succeeded")
    }

    @Test
    func `a path of thousands of levels is rejected at submit, and one that an older version queued ends as failed`()
        async throws
    {
        let home = try MockHome()
        try await home.queue("{}\n")
        for depth in [65, 510, 2_000, 4_000, 20_000] {
            let path = Array(repeating: "a", count: depth).joined(separator: ".")
            let answer = try await home.launch(
                "submit", "-q", "q", "--image", "mock.invalid/a:1", "--set", "\(path)=1")
            #expect(answer.code == 64 && answer.errors.contains("64 levels"), "\(depth): \(answer.code)")
            #expect(answer.errors.utf8.count < 1_000)
            try home.folder.write("spec.yaml", "queue: q\nimage: mock.invalid/a:1\nset: {\(path): 1}\n")
            let spec = try await home.launch("submit", "--spec", "spec.yaml")
            #expect([64, 65].contains(spec.code), "\(depth): \(spec)")
        }
        for nest in ["[", "{a: "] {
            let deep = String(repeating: nest, count: 3_000)
            let answer = try await home.launch(
                "submit", "-q", "q", "--image", "mock.invalid/a:1", "-R", "{a: \(deep)}")
            #expect(answer.code == 65, "\(answer)")
        }
        #expect(try await home.succeeding("list", "--json").json([RunFacts].self).isEmpty)
    }
}
