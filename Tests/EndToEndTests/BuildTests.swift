import EngineTestSupport
import Foundation
import Glibc
import TestSupport
import Testing

@Suite("Images, built and prebuilt", .needsEngine)
struct BuildTests {
    @Test
    func `the same source is built once; only a file that is not ignored causes a build, as the plan says`()
        async throws
    {
        try await World.with { world in
            let source = try Source(in: world)
            func plan() async throws -> String {
                let answer = try await world.launch(["plan", "--json"] + source.words)
                try #require(answer.code == 0, "\(answer)")
                return try answer.json(Plan.self).image.way
            }
            func run() async throws -> RunFacts {
                let id = try await world.succeeding(["submit"] + source.words).word
                try await world.drain()
                let facts = try await world.facts(of: id)
                try #require(facts.state == "succeeded", "\(facts.cause?.message ?? "-")")
                return facts
            }
            #expect(try await plan() == "build")
            let first = try await run()
            #expect(first.imageDecision?.hasPrefix("source; built as") == true)
            #expect(try await world.log(of: first.id).output == "first\n")

            #expect(try await plan() == "cached")
            let second = try await run()
            #expect(second.imageDecision?.hasPrefix("source; already built") == true)
            #expect(second.image?.digest == first.image?.digest)

            try world.folder.write("source/ignored", "two\n")
            #expect(try await run().imageDecision?.hasPrefix("source; already built") == true)

            try world.folder.write("source/text", "second\n")
            #expect(try await plan() == "build")
            let changed = try await run()
            #expect(changed.imageDecision?.hasPrefix("source; built as") == true)
            #expect(changed.image?.digest != first.image?.digest)
            #expect(try await world.log(of: changed.id).output == "second\n")
        }
    }

    private struct Plan: Decodable {
        struct Image: Decodable { var way: String }
        var image: Image
    }

    @Test
    func `a source is used as it was submitted, even if the folder changes before an agent claims the run`()
        async throws
    {
        try await World.with { world in
            let source = try Source(in: world)
            let id = try await world.succeeding(["submit"] + source.words).word
            try FileManager.default.removeItem(atPath: source.folder)
            try await world.drain()
            #expect(try await world.log(of: id).output == "first\n")
        }
    }

    @Test
    func `a failed build fails the run, and the cause contains the build's message`() async throws {
        try await World.with { world in
            let source = try Source(in: world, run: "RUN echo the-reason && exit 9")
            let answer = try await world.launch(["run"] + source.words)
            #expect(answer.code == 1)
            #expect(answer.output.isEmpty)
            #expect(answer.errors.contains("the-reason"))
            let runs = try await world.succeeding("list", "--json").json([RunFacts].self)
            #expect(runs.first?.cause?.code == "build")
        }
    }

    @Test
    func `a folder without a Dockerfile, or with one that leads out of it, is rejected before anything is queued`()
        async throws
    {
        try await World.with { world in
            try world.folder.write("empty/file", "")
            for words in [
                ["--source", "empty"], ["--source", "empty", "-D", "../../etc/passwd"], ["--source", "none"],
            ] {
                let answer = try await world.launch(["submit", "-q", "q"] + words)
                #expect(answer.code == 65, "\(words): \(answer)")
                #expect(answer.messages == 1, "\(answer)")
                #expect(answer.output.isEmpty)
            }
            #expect(try await world.succeeding("list", "--json").json([RunFacts].self).isEmpty)
        }
    }

    @Test
    func `a prebuilt image is pinned to the content of its tag at the submit, even if the tag moves later`()
        async throws
    {
        let name = "launch-e2e-\(UInt32.random(in: .min ... .max)):1"
        defer { TestDocker.removeImages([name]) }
        let first = try TestDocker.makeImage(name, content: "one")
        try await World.with { world in
            let words = ["-q", "q", "--image", name, "-E", "/bin/busybox cat /bin/content"]
            let id = try await world.succeeding(["submit"] + words).word
            try await world.drain()
            #expect(try await world.facts(of: id).image?.digest == first)
            let second = try TestDocker.makeImage(name, content: "two")
            TestDocker.removeImages([first])
            let answer = try await world.launch(["run"] + words)
            #expect(answer.output == "two\n")
            let newest = try await world.succeeding("list", "--json").json([RunFacts].self).first
            #expect(newest?.image?.digest == second)
        }
    }
}
