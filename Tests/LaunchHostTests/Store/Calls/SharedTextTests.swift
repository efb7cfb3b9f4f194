import Foundation
import TestSupport
import Testing

import LaunchHost
@testable import LaunchAgent
@testable import LaunchPluginKit
@testable import LaunchStore

/// What runs print, in a store on a real PostgreSQL server.
@Suite("texts of runs in a shared store", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.skipReason)"))
struct SharedTextTests {
    private let folder: TemporaryDirectory
    private let database: PostgresDatabase
    private let store: Store
    private let run: RunRecord

    init() async throws {
        folder = try TemporaryDirectory()
        database = try PostgresDatabase(on: PostgresServer.shared.get())
        let roles = try #require(PostgreSQLRoles(prefix: database.name))
        try database.run((["BEGIN"] + roles.statements + ["COMMIT"]).joined(separator: ";\n"))
        let keywords = PostgresServer.parameters(database.environment)
        store = try Store(home: LaunchHome(path: folder.file("home")), postgreSQL: database.name) { keywords }
        try await store.createQueue(QueueDefinition(name: "q", resource: "mock"))
        try await store.submit(.sample(queue: "q"))
        run = try #require(try await store.claimNext(queues: ["q"], owner: owner("agent-1")))
    }

    private func add(_ data: String, _ number: Int64, replaces: Bool = false, token: Int64? = nil) async throws {
        try await store.add(
            data, to: .log, of: run.id, upTo: TextEnd(number: number, source: "s", cursor: "c\(number)"),
            replaces: replaces, token: token ?? run.fencingToken)
    }

    @Test func `a text is read in its order, and ends where its last part does`() async throws {
        #expect(try await store.end(of: .log, of: run.id) == nil)
        #expect(try await store.whole(.log, of: run.id) == nil)
        for number in 0..<40 { try await add("line \(number) é\0\n", Int64(number)) }
        let whole = try await store.whole(.log, of: run.id)
        #expect(whole == (0..<40).map { "line \($0) é\u{2400}\n" }.joined())
        #expect(
            try await store.end(of: .log, of: run.id)
                == TextEnd(number: 39, source: "s", cursor: "c39", bytes: whole?.utf8.count ?? 0))
        #expect(try await store.parts(of: .log, of: run.id, from: 38).map(\.number) == [38, 39])
        #expect(try await store.whole(.build, of: run.id) == nil)
        try await add("new\n", 40, replaces: true)
        #expect(try await store.whole(.log, of: run.id) == "new\n")
    }

    @Test func `a part is added once, and only by the owner of the run`() async throws {
        try await add("a", 0)
        await #expect(throws: StoreError.self) { try await add("b", 0) }
        await #expect(throws: StoreError.self) {
            try await add("b", 1, replaces: true, token: run.fencingToken - 1)
        }
        #expect(try await store.whole(.log, of: run.id) == "a")
    }

    @Test func `the log of a build replaces that of an earlier attempt, and all of it is copied`() async throws {
        for attempt in 1...2 {
            let log = BuildLog(path: folder.file("build.log"), isShared: true)
            await #expect(throws: CancellationError.self) {
                try await store.sharing(log, of: run, .system) {
                    for number in 0..<100 {
                        log.append(BuildProgress(.build, "attempt \(attempt), line \(number)"))
                    }
                    // A build that fails.
                    throw CancellationError()
                }
            }
            let text = try await store.buildLog(of: run.id) ?? ""
            #expect(text.split(separator: "\n").count == 100 && text.contains("attempt \(attempt), line 99\n"))
        }
    }

    @Test func `a file is shared, and a later one replaces it`() async throws {
        for text in ["{\"a\":1}", "{}"] {
            try text.write(toFile: folder.file("f"), atomically: true, encoding: .utf8)
            try await store.share(folder.file("f"), as: .rehearsal, of: run)
            #expect(try await store.whole(.rehearsal, of: run.id) == text)
        }
        try await store.share(folder.file("none"), as: .rehearsal, of: run)
        #expect(try await store.whole(.rehearsal, of: run.id) == "{}")
    }
}
