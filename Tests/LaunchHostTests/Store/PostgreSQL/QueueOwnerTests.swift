import TestSupport
import Testing

import LaunchHost
@testable import LaunchConfiguration
@testable import LaunchStore

/// What the users that a queue's file names as owners do by the store's calls.
@Suite("owners of a queue", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.skipReason)"))
struct QueueOwnerTests {
    private let scratch: Scratch
    private let database: PostgresDatabase
    private let admin: Store

    init() throws {
        scratch = try Scratch()
        database = try PostgresDatabase(on: PostgresServer.shared.get())
        let roles = try #require(PostgreSQLRoles(prefix: database.name))
        var statements = roles.statements
        for name in ["ada", "bob", "cyd"] { statements += roles.grant(.submitter, to: try database.addRole(name)) }
        try database.run((["BEGIN"] + statements + ["COMMIT"]).joined(separator: ";\n"))
        admin = try Self.store(of: nil, scratch, database)
    }

    private static func store(of user: String?, _ scratch: Scratch, _ database: PostgresDatabase) throws -> Store {
        let environment = database.environment(of: user.map { "\(database.name)_\($0)" })
        let parameters = PostgresServer.parameters(environment)
        let home = LaunchHome(path: "\(scratch.path)/\(user ?? "admin")")
        return try Store(home: home, postgreSQL: database.name) { parameters }
    }

    private func store(of user: String) throws -> Store { try Self.store(of: user, scratch, database) }

    private func spec(author: String) -> LaunchSpec {
        LaunchSpec(
            source: .image("a"), project: "p", entity: "e", author: "\(database.name)_\(author)", resource: "mock",
            queue: "q")
    }

    @Test func `an owner edits and pauses the queue and changes the runs of others, and nobody else does`() async throws
    {
        let bob = "\(database.name)_bob"
        var definition = QueueDefinition(
            name: "q", resource: "mock", fileText: "a: 1\n", template: .object(["a": .integer(1)]),
            limits: QueueLimits(queue: 8), owners: [bob])
        try await admin.createQueue(definition)
        let (ada, owner, other) = (try store(of: "ada"), try store(of: "bob"), try store(of: "cyd"))
        let run = try await ada.submit(spec(author: "ada")).id

        definition.limits = QueueLimits(queue: 4, perSubmitter: 2, priority: .high)
        let changed = definition
        #expect(await storeError { try await other.updateQueue(changed) }?.code == .denied)
        #expect(await storeError { try await other.setPaused(true, queue: "q") }?.code == .denied)
        #expect(await storeError { _ = try await other.requestStop(run) }?.code == .denied)
        #expect(try await admin.queue("q").definition.limits == QueueLimits(queue: 8))

        #expect(try await owner.updateQueue(changed).definition == changed)
        #expect(try await owner.setPaused(true, queue: "q").pausedBy == bob)
        try await owner.setPriority(.critical, of: run)
        #expect(try await owner.requestStop(run).effect == .stopped)
        // The limit of priorities is for submitters, not for owners.
        let refused = await storeError { try await ada.submit(urgent(author: "ada")) }
        #expect(refused?.code == .denied && refused?.message.contains("takes priorities up to 'high'") == true)
        try await owner.submit(urgent(author: "bob"))
        #expect(try await admin.queue("q").definition == changed)
    }

    private func urgent(author: String) -> LaunchSpec {
        var spec = spec(author: author)
        spec.priority = .critical
        return spec
    }

    @Test func `a submitter reads whose turn it is`() async throws {
        try await admin.createQueue(QueueDefinition(name: "q", resource: "mock"))
        let (ada, bob) = (try store(of: "ada"), try store(of: "bob"))
        for _ in 0..<2 { try await ada.submit(spec(author: "ada")) }
        let last = try await bob.submit(spec(author: "bob"))
        let agent = try await admin.becomeOwner(kind: "agent", queues: ["q"])
        // The lease of the agent may expire for a moment on a loaded machine.
        let turns = "it takes turns with 1 other submitter of queue 'q'"
        #expect(try await eventually { try await bob.explain(last).waits == turns })
        _ = try #require(try await admin.claimNext(queues: ["q"], owner: agent.id))
        #expect(try await bob.explain(try await bob.run(last.id)).code == "next")
    }
}
