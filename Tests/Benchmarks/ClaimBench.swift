import Foundation
import LaunchHost
import TestSupport

/// The time of a claim from a queue with many waiting runs of 20 submitters, on both engines.
enum ClaimBench {
    private static let claims = 200

    static func run(waiting: [Int]) async throws {
        print("milliseconds of a claim, median of \(claims)\n")
        print("waiting\tSQLite\twith limits\tPostgreSQL\twith limits")
        for count in waiting {
            var figures: [String] = []
            for limits in [nil, QueueLimits(queue: claims * 2, perSubmitter: claims)] {
                figures.append(try await sqlite(waiting: count, limits))
            }
            for limits in [nil, QueueLimits(queue: claims * 2, perSubmitter: claims)] {
                figures.append(PostgresServer.isInstalled ? try await postgreSQL(waiting: count, limits) : "-")
            }
            print("\(count)\t\(figures.joined(separator: "\t"))")
        }
    }

    private static func sqlite(waiting: Int, _ limits: QueueLimits?) async throws -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("launch-bench-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try Store(home: LaunchHome(path: folder.path))
        try await begin(store, limits)
        let code = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()"
        _ = try Tool.run("/usr/bin/env", ["python3", "-c", code, store.home.database, copies(waiting, "runs")])
        return try await median(of: store)
    }

    private static func postgreSQL(waiting: Int, _ limits: QueueLimits?) async throws -> String {
        let database = try PostgresDatabase(on: PostgresServer.shared.get())
        let parameters = PostgresServer.parameters(database.environment)
        try await StoreServer(name: database.name) { parameters }.initialize(prefix: database.name)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("launch-bench-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try Store(home: LaunchHome(path: folder.path), postgreSQL: database.name) { parameters }
        try await begin(store, limits)
        try database.run(copies(waiting, "launch.runs"), "ANALYZE launch.runs")
        return try await median(of: store)
    }

    private static func begin(_ store: Store, _ limits: QueueLimits?) async throws {
        try await store.createQueue(QueueDefinition(name: "q", resource: "mock", limits: limits))
        let spec = LaunchSpec(
            source: .image("a"), project: "p", entity: "e", author: "a", resource: "mock", queue: "q")
        try await store.submit(spec, as: RunID(rawValue: "first") ?? .random())
    }

    private static func copies(_ count: Int, _ table: String) -> String {
        """
        WITH RECURSIVE numbers (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM numbers WHERE n < \(count))
        INSERT INTO \(table) (id, queue, resource, name, project, author, priority, state, spec, submitted_at)
        SELECT 'new' || n, queue, resource, name, project, 'author' || (n % 20), n % 4, state, spec, submitted_at
        FROM numbers CROSS JOIN (SELECT * FROM \(table) WHERE id = 'first') AS one
        """
    }

    private static func median(of store: Store) async throws -> String {
        let owner = try await store.becomeOwner(kind: "agent", queues: ["q"])
        var times: [Duration] = []
        for _ in 0..<claims {
            let began = ContinuousClock.now
            guard try await store.claimNext(queues: ["q"], owner: owner.id) != nil else { break }
            times.append(ContinuousClock.now - began)
        }
        let middle = times.sorted()[times.count / 2] / .milliseconds(1)
        return String(format: "%.2f", middle)
    }
}
