import EngineTestSupport
import Foundation
import Glibc
import LaunchContainerEngine
import LaunchHost
import TestSupport
import Testing

@Suite("Leftovers of ended programs in the engine", .needsEngine, .timeLimit(.minutes(30)))
struct SweepTests {
    private static func labels(_ home: String, _ run: String) -> [String: String] {
        ["launch.home": home, "launch.run": run, "launch.version": "1"]
    }

    /// Makes a network with the labels of a rehearsal.
    private func network(_ labels: [String: String], _ engine: EngineClient) async throws -> String {
        let name = "launch-sweep-\(UInt32.random(in: .min ... .max))"
        return try await engine.createNetwork(NetworkSpec(name: name, isInternal: true, labels: labels))
    }

    private func quick(_ world: World) async throws { try await world.succeeding(["run"] + world.script("true")) }

    @Test
    func `resources of a run without a record are removed; those of another home or a live run stay`() async throws {
        try await World.with { world in
            let engine = try await EngineFixture.engine()
            try await world.succeeding("list")
            let home = try #require(LaunchHome(path: world.folder.file("home")).identity())
            let gone = RunID.random().rawValue
            var spec = ContainerSpec(image: World.image)
            spec.command = ["true"]
            spec.labels = Self.labels(home, gone)
            let container = try await engine.createContainer(spec, name: "launch-\(gone)-algo-1")
            let mine = try await network(Self.labels(home, gone), engine)
            let other = try await network(Self.labels("0123456789abcdef-1", gone), engine)

            let living = try await world.submit(
                "echo started >>/shared/starts; while [ ! -e /shared/go ]; do sleep 0.05; done")
            let agent = try world.start(["agent", "--drain", "-q", "q"])
            try await world.wait(forShared: "starts")
            let used = try await network(Self.labels(home, living), engine)

            try await quick(world)
            #expect(try await engine.container(container) == nil)
            #expect(try await !engine.hasNetwork(mine))
            #expect(try await engine.hasNetwork(other))
            #expect(try await engine.hasNetwork(used))
            #expect(try await engine.container("launch-\(living)")?.state.status == "running")
            try world.folder.write("shared/go", "")
            #expect(try await agent.end().code == 0)
            for left in [other, used] { try await engine.removeNetwork(left) }
        }
    }

    @Test
    func
        `of an abandoned run, an empty network is removed, and a running container stays for the next owner`()
        async throws
    {
        try await World.with { world in
            let engine = try await EngineFixture.engine()
            let id = try await world.submit(
                "echo started >>/shared/starts; while [ ! -e /shared/go ]; do sleep 0.05; done")
            let home = try #require(LaunchHome(path: world.folder.file("home")).identity())
            let agent = try world.start(["agent", "-q", "q"])
            try await world.wait(forShared: "starts")
            try await agent.signal(SIGKILL)
            _ = try await agent.end()
            let beside = try await network(Self.labels(home, id), engine)
            // A second run, whose owner ended before it had a container.
            let store = try Store(home: LaunchHome(path: world.folder.file("home")))
            let early = try await claimAndDie(store)
            let alone = try await network(Self.labels(home, early), engine)

            try await quick(world)
            #expect(try await !engine.hasNetwork(alone))
            #expect(try await engine.hasNetwork(beside))
            #expect(try await engine.container("launch-\(id)")?.state.status == "running")
            try await world.succeeding("stop", early)
            try world.folder.write("shared/go", "")
            try await world.drain()
            #expect(try await world.facts(of: id).state == "succeeded")
            try await engine.removeNetwork(beside)
        }
    }

    @Test
    func `resources of a run that ended without its release are removed by the next command that drives a run`()
        async throws
    {
        try await World.with { world in
            let engine = try await EngineFixture.engine()
            let id = try await world.submit("true")
            try await world.drain()
            let home = try #require(LaunchHome(path: world.folder.file("home")).identity())
            let late = try await network(Self.labels(home, id), engine)
            try world.folder.write("home/rehearsals/\(id)/job.json", "{}")
            try await quick(world)
            #expect(try await !engine.hasNetwork(late))
            #expect(!FileManager.default.fileExists(atPath: world.folder.file("home/rehearsals/\(id)")))
        }
    }

    /// Submits a run that is claimed by an owner whose process has ended.
    private func claimAndDie(_ store: Store) async throws -> String {
        let owner = try await store.becomeOwner(kind: "test")
        let spec = LaunchSpec(
            source: .image(World.image), project: "p", entity: "e", author: "a", resource: "local-docker", queue: "q")
        let run = try await store.submit(spec, claimedBy: owner.id)
        return withExtendedLifetime(owner) { run.id.rawValue }
    }

    @Test func `a copy of a home has another identity`() throws {
        let folder = try TemporaryDirectory()
        try folder.write("one/x", "")
        let one = LaunchHome(path: folder.file("one"))
        let identity = try #require(one.identity())
        #expect(one.identity() == identity)
        try FileManager.default.copyItem(atPath: folder.file("one"), toPath: folder.file("two"))
        #expect(LaunchHome(path: folder.file("two")).identity() != identity)
        #expect(LaunchHome(path: folder.file("none")).identity() == nil)
    }
}
