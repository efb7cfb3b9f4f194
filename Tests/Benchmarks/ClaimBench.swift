import Foundation
import LaunchHost

/// The time of a claim from a queue with many waiting runs of 20 submitters, on both engines.
enum ClaimBench {
    static let queue = "q"
    private static let claims = 200

    static func run(waiting: [Int]) async throws {
        print("milliseconds of a claim, median of \(claims)\n")
        print("waiting\tSQLite\twith limits\tPostgreSQL\twith limits")
        for count in waiting {
            var figures: [String] = []
            for engine in BenchStore.Engine.allCases {
                for limits in [nil, QueueLimits(queue: claims * 2, perSubmitter: claims)] {
                    let isThere = BenchStore.Engine.available.contains(engine)
                    figures.append(isThere ? try await median(on: engine, waiting: count, limits) : "-")
                }
            }
            print("\(count)\t\(figures.joined(separator: "\t"))")
        }
    }

    private static func median(
        on engine: BenchStore.Engine, waiting: Int, _ limits: QueueLimits?
    ) async throws -> String {
        let bench = try await BenchStore(engine)
        defer { bench.remove() }
        let store = bench.store
        try await fill(bench, waiting, limits)
        let owner = try await store.becomeOwner(kind: "agent", queues: [queue])
        var times: [Duration] = []
        for _ in 0..<claims {
            let began = ContinuousClock.now
            guard try await store.claimNext(queues: [queue], owner: owner.id) != nil else { break }
            times.append(ContinuousClock.now - began)
        }
        let middle = times.sorted()[times.count / 2] / .milliseconds(1)
        return String(format: "%.2f", middle)
    }

    /// Makes a queue with the given number of waiting runs, whose IDs are `new1` and so on.
    static func fill(_ bench: BenchStore, _ waiting: Int, _ limits: QueueLimits?) async throws {
        try await bench.store.createQueue(QueueDefinition(name: queue, resource: "mock", limits: limits))
        let spec = LaunchSpec(
            source: .image("a"), project: "p", entity: "e", author: "a", resource: "mock", queue: queue)
        try await bench.store.submit(spec, as: RunID(rawValue: "first") ?? .random())
        try bench.execute(copies(waiting))
    }

    private static func copies(_ count: Int) -> String {
        """
        WITH RECURSIVE numbers (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM numbers WHERE n < \(count))
        INSERT INTO TABLES.runs (id, queue, resource, name, project, author, priority, state, spec, submitted_at)
        SELECT 'new' || n, queue, resource, name, project, 'author' || (n % 20), n % 4, state, spec, submitted_at
        FROM numbers CROSS JOIN (SELECT * FROM TABLES.runs WHERE id = 'first') AS one
        """
    }
}
