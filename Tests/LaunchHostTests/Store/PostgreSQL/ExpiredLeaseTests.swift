import Foundation
import TestSupport
import Testing

import LaunchHost
@testable import LaunchPluginKit
@testable import LaunchStore

/// An agent whose lease has expired, because the database was away for longer.
@Suite("an expired lease", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.skipReason)"))
struct ExpiredLeaseTests {
    @Test func `an owner keeps its runs until another one adopts them`() async throws {
        let folder = try TemporaryDirectory()
        let database = try PostgresDatabase(on: PostgresServer.shared.get())
        let roles = try #require(PostgreSQLRoles(prefix: database.name))
        try database.run((["BEGIN"] + roles.statements + ["COMMIT"]).joined(separator: ";\n"))
        let keywords = PostgresServer.parameters(database.environment)
        let store = try Store(home: LaunchHome(path: folder.file("home")), postgreSQL: database.name) { keywords }
        try await store.createQueue(QueueDefinition(name: "q", resource: "mock"))
        try await store.submit(.sample(queue: "q"))
        let (me, other) = (try owner("agent-1"), try owner("agent-2"))
        let run = try #require(try await store.claimNext(queues: ["q"], owner: me))
        try await store.beginWork(on: run.id, token: run.fencingToken)
        // Neither has a lease.
        #expect(try await store.adoptable(queues: ["q"], by: me) == [])
        #expect(try await store.adopt(run.id, owner: me) == nil)
        try await store.endWork(on: run.id, token: run.fencingToken)
        #expect(try await store.run(run.id).crashes == 0)
        #expect(try await store.adoptable(queues: ["q"], by: other) == [run.id])
        #expect(try await store.adopt(run.id, owner: other)?.owner == other)
    }
}
