import Foundation
import TestSupport
import Testing

import LaunchHost
@testable import LaunchBlobs
@testable import LaunchSnapshots
@testable import LaunchStore

/// Sources that one home sends and another one fetches, as two machines do, with a real PostgreSQL server.
@Suite("sources of a team", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.skipReason)"))
struct SharedSourcesTests {
    /// A database with two submitters and an agent.
    struct Team {
        let scratch: Scratch
        let database: PostgresDatabase

        init() throws {
            scratch = try Scratch()
            database = try PostgresDatabase(on: PostgresServer.shared.get())
            let roles = try #require(PostgreSQLRoles(prefix: database.name))
            try transaction(roles.statements)
            for (name, kind) in [("ada", StoreRole.submitter), ("bob", .submitter), ("gpu", .agent)] {
                try transaction(roles.grant(kind, to: try database.addRole(name)))
            }
        }

        private func transaction(_ statements: [String]) throws {
            try database.run((["BEGIN"] + statements + ["COMMIT"]).joined(separator: ";\n"))
        }

        /// The machine of a user.
        /// - Parameters:
        ///   - port: a proxy before the server.
        ///   - objects: where its pieces are, instead of the database.
        func machine(_ user: String, port: Int? = nil, objects: (any ObjectStore)? = nil) throws -> Machine {
            let home = LaunchHome(path: "\(scratch.path)/\(user)")
            var parameters = PostgresServer.parameters(database.environment(of: "\(database.name)_\(user)"))
            if let port { parameters["port"] = "\(port)" }
            let keywords = parameters
            let store = try Store(home: home, postgreSQL: database.name) { keywords }
            let local = SourceStore(folder: home.sources)
            return Machine(
                store: store, local: local,
                shared: SharedSources(store, local: local, place: objects.map { _ in "mem://bucket/launch" }) {
                    () async throws(LaunchError) in
                    guard let objects else { throw LaunchError(.configuration, "there are no objects") }
                    return objects
                })
        }

        var port: Int { Int(database.environment["PGPORT"] ?? "") ?? 5432 }

        /// A source of some megabytes.
        func source(_ name: String = "source") throws -> String {
            let folder = try scratch.write(
                ["Dockerfile": "FROM scratch\n", "run.sh": "#!/bin/sh\n", "d/e/f": "x", "empty/": ""], in: name)
            try scratch.setMode("\(name)/run.sh", 0o755)
            try scratch.link("\(name)/link", to: "../elsewhere")
            for index in 0..<40 { try scratch.write(["d/file-\(index)": "content \(index)"], in: name) }
            var bytes = Data(capacity: 5 << 20)
            var state: UInt64 = 88_172_645_463_325_252
            while bytes.count < 5 << 20 {
                state ^= state << 13
                state ^= state >> 7
                state ^= state << 17
                withUnsafeBytes(of: state) { bytes.append(contentsOf: $0) }
            }
            try bytes.write(to: URL(filePath: "\(folder)/model.bin"))
            return folder
        }
    }

    struct Machine {
        let store: Store
        let local: SourceStore
        let shared: SharedSources

        func snapshot(_ folder: String) async throws -> String {
            try await local.snapshot(of: folder).source.snapshot
        }

        func send(_ snapshot: String) async throws { try await shared.send(snapshot) { _, _ in } }
    }

    private func error(_ body: () async throws -> Void) async -> LaunchError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? LaunchError
        }
    }

    @Test func `a source of one machine has all its bytes, modes and links on another`() async throws {
        let team = try Team()
        let (laptop, agent) = (try team.machine("ada"), try team.machine("gpu"))
        let name = try await laptop.snapshot(try team.source())
        try await laptop.send(name)
        try await agent.shared.fetch(name)
        let context = try await agent.local.context(of: name)
        #expect(try await ContextDigest.of(folder: context).hex == name)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "\(context)/link") == "../elsewhere")
        #expect(FileManager.default.isExecutableFile(atPath: "\(context)/run.sh"))
        let left = try FileManager.default.contentsOfDirectory(atPath: agent.local.folder)
        #expect(left == [name])
    }

    @Test func `a second version of a source sends little, and a second submit nothing`() async throws {
        let team = try Team()
        let proxy = try CuttingProxy(to: team.port)
        let laptop = try team.machine("ada", port: proxy.port)
        let folder = try team.source()
        try await laptop.send(try await laptop.snapshot(folder))
        #expect(proxy.passed > 5 << 20)
        var before = proxy.passed
        try await laptop.send(try await laptop.snapshot(folder))
        #expect(proxy.passed - before < 20_000)
        before = proxy.passed
        try team.scratch.write(["source/d/file-7": "changed"])
        try await laptop.send(try await laptop.snapshot(folder))
        #expect(proxy.passed - before < 200_000)
    }

    @Test func `a submit after a cut connection sends only what is missing`() async throws {
        let team = try Team()
        let proxy = try CuttingProxy(to: team.port)
        let laptop = try team.machine("ada", port: proxy.port)
        let name = try await laptop.snapshot(try team.source())
        // Base64 adds a third: two calls of 2 MiB pass, and the third is cut.
        proxy.cut(after: 6 << 20)
        let failure = await error { try await laptop.send(name) }
        #expect(failure?.kind == .tryAgain, "\(failure?.description ?? "-")")
        #expect(failure?.description.contains("MB of the source are in the store.") == true)
        #expect(try team.database.run("SELECT count(*) FROM launch.sources") == ["0"])
        proxy.cut(after: nil)
        let before = proxy.passed
        try await laptop.send(name)
        #expect(proxy.passed - before < 3 << 20)
        try await team.machine("gpu").shared.fetch(name)
    }

    @Test func `a fetch after a cut connection fetches only what is missing`() async throws {
        let team = try Team()
        let laptop = try team.machine("ada")
        let name = try await laptop.snapshot(try team.source())
        try await laptop.send(name)
        let proxy = try CuttingProxy(to: team.port)
        let agent = try team.machine("gpu", port: proxy.port)
        proxy.cut(after: 4 << 20)
        let failure = await error { try await agent.shared.fetch(name) }
        #expect([.unavailable, .tryAgain].contains(failure?.kind), "\(failure?.description ?? "-")")
        proxy.cut(after: nil)
        let before = proxy.passed
        try await agent.shared.fetch(name)
        #expect(proxy.passed - before < 5 << 20)
        _ = try await agent.local.context(of: name)
    }

    @Test func `wrong bytes in the store never become a source`() async throws {
        let team = try Team()
        let (laptop, agent) = (try team.machine("ada"), try team.machine("gpu"))
        let name = try await laptop.snapshot(try team.source())
        try await laptop.send(name)
        try team.database.run("UPDATE launch.pieces SET data = set_byte(data, 0, (get_byte(data, 0) + 1) % 256)")
        let failure = await error { try await agent.shared.fetch(name) }
        #expect(failure?.kind == .invalid)
        #expect(failure?.message.contains("the store has other bytes under the name") == true)
        #expect(!agent.local.has(name))
    }

    @Test func `a copy of another user with wrong content does not hide the right one`() async throws {
        let team = try Team()
        let (laptop, other, agent) = (try team.machine("ada"), try team.machine("bob"), try team.machine("gpu"))
        let name = try await laptop.snapshot(try team.source())
        // Bob adds another source under this name first.
        let wrong = try await other.snapshot(try team.scratch.write(["Dockerfile": "FROM evil\n"], in: "evil"))
        try await other.send(wrong)
        try team.database.run("UPDATE launch.sources SET used_at = 1")
        let list = try team.database.run("SELECT pieces FROM launch.sources").joined()
        try await other.store.addSource(name, list: list, place: nil)
        try await laptop.send(name)
        try await agent.shared.fetch(name)
        _ = try await agent.local.context(of: name)

        // Alone, it is refused.
        try team.database.run("DELETE FROM launch.sources WHERE author LIKE '%_ada'")
        try FileManager.default.removeItem(atPath: agent.local.folder)
        let failure = await error { try await agent.shared.fetch(name) }
        #expect(failure?.message.contains("are not those of its name") == true, "\(failure?.description ?? "-")")
        #expect(!agent.local.has(name))
    }

    @Test func `a full limit names the key that helps, and keeps what was there`() async throws {
        let team = try Team()
        let laptop = try team.machine("ada")
        let name = try await laptop.snapshot(try team.source())
        try team.database.run("INSERT INTO launch.settings VALUES ('source_bytes', '3000000')")
        var failure = await error { try await laptop.send(name) }
        #expect(failure?.message == "The source has 6 MB; the database takes sources of up to 3 MB.")
        #expect(failure?.hint?.contains("launch config explain store.blobs") == true)
        #expect(failure?.kind == .invalid)
        #expect(try team.database.run("SELECT count(*) FROM launch.pieces") == ["0"])

        try team.database.run("UPDATE launch.settings SET name = 'author_bytes' WHERE name = 'source_bytes'")
        failure = await error { try await laptop.send(name) }
        #expect(failure?.message.contains("would have more than 3 MB in the database, the most of one user") == true)
        let kept = try team.database.run("SELECT sum(size) <= 3000000 AND sum(size) > 0 FROM launch.pieces")
        #expect(kept == ["t"])
        #expect(
            try team.database.run("SELECT bytes = (SELECT sum(size) FROM launch.pieces) FROM launch.piece_usage")
                == ["t"])
    }

    @Test func `a submitter cannot run the source of another one, unless a job has it`() async throws {
        let team = try Team()
        let (ada, bob) = (try team.machine("ada"), try team.machine("bob"))
        try team.database.run(
            """
            INSERT INTO launch.queues (name, resource, template, variables, created_at, updated_at)
            VALUES ('q', 'mock', '{}', '[]', 1, 1)
            """)
        let name = try await ada.snapshot(try team.source())
        try await ada.send(name)
        let code = Source.Code(snapshot: name, origin: "/src", dockerfile: "Dockerfile")
        var spec = LaunchSpec.sample()
        spec.source = .code(code)
        let theirs = spec
        var failure = await storeError { try await bob.store.submit(theirs) }
        #expect(failure?.code == .unknown && failure?.message.contains("The store has no source") == true)
        failure = await storeError { try await bob.store.createJob("theft", source: .code(code)) }
        #expect(failure?.code == .unknown)
        try await ada.store.submit(theirs)
        try await ada.store.createJob("job", source: .code(code))
        try await bob.store.submit(theirs)
    }

    @Test func `sources that nothing names are removed after a day without use, and no others`() async throws {
        let team = try Team()
        let (ada, agent) = (try team.machine("ada"), try team.machine("gpu"))
        try await agent.store.createQueue(QueueDefinition(name: "q", resource: "mock"))
        var names: [String] = []
        for (index, kind) in ["waiting", "job", "unused", "fresh"].enumerated() {
            let folder = try team.scratch.write(["Dockerfile": "FROM scratch\n", "kind": kind], in: "s\(index)")
            names.append(try await ada.snapshot(folder))
            try await ada.send(names[index])
        }
        func code(_ index: Int) -> Source {
            .code(Source.Code(snapshot: names[index], origin: "/s", dockerfile: "Dockerfile"))
        }
        var spec = LaunchSpec.sample()
        spec.source = code(0)
        try await ada.store.submit(spec)
        try await ada.store.createJob("job", source: code(1))
        try team.database.run(
            "UPDATE launch.pieces SET used_at = used_at - 90000000",
            "UPDATE launch.sources SET used_at = used_at - 90000000 WHERE name <> '\(names[3])'")
        #expect(try await agent.store.removeUnusedSources() > 0)
        #expect(
            try team.database.run("SELECT name FROM launch.sources ORDER BY name")
                == [names[0], names[1], names[3]].sorted())
        for index in [0, 1, 3] { try await agent.shared.fetch(names[index]) }
        #expect(
            try team.database.run("SELECT bytes = (SELECT sum(size) FROM launch.pieces) FROM launch.piece_usage")
                == ["t"])
        let failure = await storeError { _ = try await ada.store.removeUnusedSources() }
        #expect(failure?.code == .denied)
    }
}
