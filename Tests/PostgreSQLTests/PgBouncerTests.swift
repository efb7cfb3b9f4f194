import LaunchPostgreSQL
import TestSupport
import Testing

@testable import LaunchStore

/// A store that is reached through a real PgBouncer in transaction mode: each transaction may have another session of the server, and
/// sessions are shared.
@Suite(.enabled(if: PgBouncer.isInstalled, "\(PgBouncer.skipReason)"))
struct PgBouncerTests {
    private let team: TeamDatabase
    private let pooler: PgBouncer
    private let folder: TemporaryDirectory

    init() throws {
        team = try TeamDatabase()
        folder = try TemporaryDirectory()
        pooler = try PgBouncer(
            before: PostgresServer.shared.get(),
            users: [team.ada, team.bob, team.vic, team.gpu, team.database.environment["PGUSER"] ?? ""])
    }

    private func parameters(of user: String?) -> [String: String] {
        pooler.parameters(team.database.environment(of: user))
    }

    private func server(of user: String?) -> StoreServer {
        let parameters = parameters(of: user)
        return StoreServer(name: "pooled") { parameters }
    }

    private func store(of user: String, _ number: Int = 0) throws -> Store {
        try Store(home: LaunchHome(path: folder.file("\(user)-\(number)")), server: server(of: user))
    }

    private func spec(_ author: String, queue: String = "other") -> LaunchSpec {
        LaunchSpec(
            source: .image("a"), project: "p", entity: "e", author: author, resource: "mock", queue: queue)
    }

    @Test func `a pooler is found, and a direct connection is not one`() async throws {
        #expect(try PQConnection(parameters: parameters(of: team.ada)).isPooled)
        let direct = PostgresServer.parameters(team.database.environment)
        #expect(try !PQConnection(parameters: direct).isPooled)
        let status = try await server(of: team.ada).status()
        #expect(status.isPooled && status.role == "submitter" && status.problem == nil)
        #expect(try await !StoreServer(name: "direct") { direct }.status().isPooled)
    }

    @Test func `a submitter and an agent take a run from its submit to its end`() async throws {
        let (ada, agent) = (try store(of: team.ada), try store(of: team.gpu))
        let run = try await ada.submit(spec(team.ada))
        #expect(run.author == team.ada)
        let owner = try await agent.becomeOwner(kind: "agent", queues: ["other"])
        let claimed = try #require(try await agent.claimNext(queues: ["other"], owner: owner.id))
        try await agent.transition(claimed.id, token: claimed.fencingToken, to: .preparing)
        _ = try await ada.requestStop(run.id)
        #expect(try await agent.stopRequests(of: owner.id).map(\.id) == [run.id])
        try await agent.transition(claimed.id, token: claimed.fencingToken, to: .stopped)
        #expect(try await ada.run(run.id).state == .stopped)
        #expect(try await ada.events(of: run.id).map(\.state).last == .stopped)
        // The rights of a user hold also if the session of the server was another user's before.
        let other = try store(of: team.bob)
        let hers = try await ada.submit(spec(team.ada)).id
        await #expect(throws: StoreError.self) { _ = try await other.requestStop(hers) }
        let viewer = try store(of: team.vic)
        await #expect(throws: StoreError.self) { _ = try await viewer.submit(spec(team.vic)) }
    }

    @Test func `agents that share two sessions claim each run once`() async throws {
        let ada = try store(of: team.ada)
        for _ in 0..<60 { try await ada.submit(spec(team.ada)) }
        let claimed = try await withThrowingTaskGroup(of: [RunID].self) { group in
            for number in 0..<8 {
                let agent = try store(of: team.gpu, number)
                group.addTask {
                    let owner = try await agent.becomeOwner(kind: "agent", queues: ["other"])
                    var found: [RunID] = []
                    while let run = try await agent.claimNext(queues: ["other"], owner: owner.id) {
                        found.append(run.id)
                        try await agent.transition(run.id, token: run.fencingToken, to: .failed)
                    }
                    return found
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(claimed.count == 60 && Set(claimed).count == 60)
        let sessions = "SELECT count(*) FROM pg_stat_activity WHERE usename = '\(team.gpu)'"
        #expect(try (1...2).contains(Int(team.run(sessions).first ?? "") ?? 0))
    }

    @Test func `no setting, prepared statement or channel stays in a session of the server`() async throws {
        let agent = try store(of: team.gpu)
        let owner = try await agent.becomeOwner(kind: "agent", queues: ["other"])
        let listener = try await agent.listen()
        defer { listener.close() }
        var rings = listener.rings.makeAsyncIterator()
        // It rings without a change, because it looks for changes.
        for _ in 0..<2 { _ = await rings.next() }
        #expect(try await agent.claimNext(queues: ["other"], owner: owner.id) == nil)
        let raw = try PQConnection(parameters: parameters(of: team.gpu))
        for _ in 0..<4 {
            let left = try raw.first(
                """
                SELECT current_setting('search_path') || ' ' || current_setting('lock_timeout') || ' '
                    || current_setting('enable_sort') || ' ' || current_setting('statement_timeout') || ' '
                    || (SELECT count(*) FROM pg_prepared_statements) || ' '
                    || (SELECT count(*) FROM pg_listening_channels()) AS text
                """
            ) { (row: PQRow) throws(PQError) in try row.text("text") }
            #expect(left == #""$user", public 0 on 0 0 0"#)
        }
    }

    @Test func `a store goes on after the sessions of the server have ended`() async throws {
        let ada = try store(of: team.ada)
        try await ada.submit(spec(team.ada))
        for _ in 0..<3 {
            try team.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '\(team.ada)'")
            var failures: [StoreError] = []
            for _ in 0..<20 {
                do throws(StoreError) {
                    _ = try await ada.queue("other")
                    break
                } catch {
                    failures.append(error)
                }
            }
            #expect(failures.allSatisfy(\.isTemporary) && failures.count < 20, "\(failures)")
        }
        #expect(try await ada.counts()[.queued] == 1)
    }

    @Test func `the tables are made and brought up to date through it`() async throws {
        let database = try PostgresDatabase(on: PostgresServer.shared.get())
        let parameters = pooler.parameters(database.environment)
        let server = StoreServer(name: "pooled") { parameters }
        try await server.initialize(prefix: database.name)
        #expect(try await server.migrate() == PostgreSQLSchema.version)
        #expect(try await server.status().tables == PostgreSQLSchema.version)
    }
}
