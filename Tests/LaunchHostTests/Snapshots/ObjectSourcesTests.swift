import Foundation
import TestSupport
import Testing

import LaunchHost
@testable import LaunchBlobs
@testable import LaunchSnapshots
@testable import LaunchStore

/// Sources in an object store, and the removal of those that nothing uses, with a real PostgreSQL server.
@Suite(
    "sources of a team in an object store", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.skipReason)"))
struct ObjectSourcesTests {
    private typealias Team = SharedSourcesTests.Team
    private typealias Machine = SharedSourcesTests.Machine
    private static let place = "mem://bucket/launch"

    private let team: Team
    private let objects = MemoryObjects()
    private let laptop: Machine
    private let agent: Machine

    init() throws {
        team = try Team()
        laptop = try team.machine("ada", objects: objects)
        agent = try team.machine("gpu", objects: objects)
    }

    /// A small source, sent from the laptop.
    private func sent(_ kind: String) async throws -> String {
        let folder = try team.scratch.write(["Dockerfile": "FROM scratch\n", "kind": kind], in: kind)
        let name = try await laptop.snapshot(folder)
        try await laptop.send(name)
        return name
    }

    private func age() throws {
        try team.database.run(
            "UPDATE launch.objects SET used_at = used_at - 90000000",
            "UPDATE launch.sources SET used_at = used_at - 90000000")
    }

    private func removeUnused() async throws(LaunchError) -> SharedSources.Removed {
        var removed = SharedSources.Removed()
        try await agent.shared.removeUnused(&removed)
        return removed
    }

    private func failure(_ body: () async throws -> Void) async -> LaunchError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? LaunchError
        }
    }

    @Test func `objects that nothing names are deleted after a day without use, and no others`() async throws {
        try await agent.store.createQueue(QueueDefinition(name: "q", resource: "mock"))
        var names: [String] = []
        for kind in ["waiting", "job", "unused"] { names.append(try await sent(kind)) }
        func code(_ index: Int) -> Source {
            .code(Source.Code(snapshot: names[index], origin: "/s", dockerfile: "Dockerfile"))
        }
        var spec = LaunchSpec.sample()
        spec.source = code(0)
        try await laptop.store.submit(spec)
        try await laptop.store.createJob("job", source: code(1))
        #expect(try await agent.store.unusedSources() == UnusedSources())
        #expect(try await removeUnused() == SharedSources.Removed())
        try age()
        names.append(try await sent("fresh"))
        let before = objects.uris
        let unused = try await agent.store.unusedSources()
        #expect(unused.sources == 1 && unused.objects > 0 && unused.pieces == 0, "\(unused)")
        #expect(try await removeUnused().objects == unused.objects)
        #expect(objects.uris.count == before.count - unused.objects)
        #expect(try team.database.run("SELECT count(*) FROM launch.objects") == ["\(objects.uris.count)"])
        for index in [0, 1, 3] { try await agent.shared.fetch(names[index]) }
        let gone = await failure { try await agent.shared.fetch(names[2]) }
        #expect(gone?.message.contains("is not in the store") == true)
    }

    @Test func `an object that a submit has asked for is not deleted`() async throws {
        let name = try await sent("source")
        try age()
        try team.database.run("DELETE FROM launch.sources")
        // The submit has asked which objects are there, and not yet added the source.
        let digests = try team.database.run("SELECT digest FROM launch.objects").map { Piece(digest: $0, size: 1) }
        #expect(try await laptop.store.useObjects(digests, at: Self.place).count == digests.count)
        #expect(try await removeUnused().objects == 0)
        try await laptop.send(name)
        #expect(objects.uploads == digests.count)
        try await agent.shared.fetch(name)
    }

    @Test func `a submit after the decision to delete sends the pieces under other names`() async throws {
        let name = try await sent("source")
        let before = objects.uris
        try age()
        // An agent decides, and is suspended before it deletes.
        _ = try await agent.store.removeUnusedSources()
        let old = try await agent.store.retireObjects(at: Self.place, after: 86_400_000, limit: 100)
        #expect(old.count == before.count)
        try await laptop.send(name)
        let uris = old.map { ObjectBlobs.uri(Self.place, author: $0.author, name: $0.name) }
        #expect(uris.sorted() == before)
        try await ObjectBlobs.delete(uris, from: objects) { _ in }
        #expect(Set(objects.uris).isDisjoint(with: before))
        try await agent.shared.fetch(name)
        // Another agent deletes the same objects, which is harmless.
        #expect(try await removeUnused().objects == old.count)
        #expect(objects.uris.count == before.count)
    }

    @Test func `a source whose objects are to be deleted is not added`() async throws {
        let name = try await sent("source")
        let list = try team.database.run("SELECT pieces FROM launch.sources").joined()
        try age()
        _ = try await agent.store.removeUnusedSources()
        _ = try await agent.store.retireObjects(at: Self.place, after: 86_400_000, limit: 100)
        let refusal = await storeError {
            try await laptop.store.addSource(name, list: list, place: Self.place)
        }
        #expect(refusal?.message.hasPrefix("The store has 0 of the") == true, "\(refusal?.message ?? "-")")
    }

    @Test func `an agent that may not delete says which right is missing, and another one deletes later`() async throws
    {
        _ = try await sent("source")
        try age()
        let count = objects.uris.count
        objects.mayDelete = false
        let denied = await failure { _ = try await removeUnused() }
        #expect(denied?.kind == .denied && denied?.hint?.contains("right to delete objects") == true)
        #expect(
            denied?.message.contains("unused objects of sources could not be deleted at mem://bucket/launch") == true)
        objects.mayDelete = true
        #expect(try await removeUnused().objects == count)
        #expect(objects.uris.isEmpty)
    }

    @Test func `wrong bytes never become a source, and the next submit sends them again`() async throws {
        let name = try await sent("source")
        objects.damage()
        var wrong = await failure { try await agent.shared.fetch(name) }
        #expect(wrong?.message.contains("the store has other bytes under the name") == true, "\(wrong as Any)")
        #expect(!agent.local.has(name))
        let again = await failure { try await agent.shared.fetch(name) }
        #expect(again?.message.contains("is not in the store") == true)
        try await laptop.send(name)
        objects.remove(try #require(objects.uris.first { !$0.hasSuffix("-1") && !$0.hasSuffix("-2") }))
        wrong = await failure { try await agent.shared.fetch(name) }
        #expect(wrong?.message.contains("does not exist any longer") == true, "\(wrong as Any)")
        try await laptop.send(name)
        try await agent.shared.fetch(name)
        _ = try await agent.local.context(of: name)
    }

    @Test func `a submitter neither names objects of others nor removes any`() async throws {
        _ = try await sent("source")
        let (bob, ada) = ("\(team.database.name)_bob", "\(team.database.name)_ada")
        let digest = try team.database.run("SELECT digest FROM launch.objects LIMIT 1").joined()
        let other = try team.machine("bob", objects: objects)
        let own = try await other.store.useObjects([Piece(digest: digest, size: 1)], at: Self.place)
        let names = try team.database.run(
            "SELECT author FROM launch.objects WHERE name = '\(own[digest] ?? "")'")
        #expect(names == [bob])
        #expect(try team.database.run("SELECT count(*) FROM launch.objects WHERE author = '\(ada)'") != ["0"])
        for call: () async throws -> Void in [
            { _ = try await other.store.retireObjects(at: Self.place, after: 0, limit: 9) },
            { try await other.store.forgetObjects([1]) },
            { try await other.store.distrustObject(digest, of: ada, at: Self.place) },
            { _ = try await other.store.unusedSources() },
        ] {
            #expect(await storeError(call)?.code == .denied)
        }
        let invalid = await storeError {
            _ = try await other.store.useObjects([Piece(digest: "../x", size: 1)], at: Self.place)
        }
        #expect(invalid?.message == "A digest is not 64 hex digits.")
    }

    @Test func `only the digest with a number is the name of an object`() {
        let digest = String(repeating: "a", count: 64)
        for name in [digest, "\(digest)-1", "\(digest)-9223372036854775807"] {
            #expect(ObjectBlobs.isName(name, of: digest))
        }
        for name in [
            "", "\(digest)-", "\(digest)/x", "\(digest)-1/../x", "b\(digest)", "\(digest)-1234567890123456789012",
        ] {
            #expect(!ObjectBlobs.isName(name, of: digest), "\(name)")
        }
        #expect(!ObjectBlobs.isName("../x-1", of: "../x"))
    }
}
