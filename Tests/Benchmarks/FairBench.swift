import Foundation
import LaunchHost

/// Fairness with real runs: an agent drains the runs of five submitters that one of them has submitted first. And a change
/// of priority beside many waiting runs.
enum FairBench {
    /// Each submitter's part of all runs. The first two submit less than a fifth and get all of it early; the others
    /// share the rest.
    private static let parts = [("ada", 0.05), ("bob", 0.10), ("cyd", 0.25), ("dan", 0.25), ("eve", 0.35)]
    private static let moves = 200

    static func run(count: Int, waiting: Int) async throws {
        print(
            "\(count) runs of 5 submitters, largest first; runs of each beside its ideal number after a part of all claims\n"
        )
        print("store\tclaims\t" + parts.map(\.0).joined(separator: "\t") + "\tlargest difference")
        // On one machine, every author is an account that can write to the store's folder.
        if BenchStore.Engine.available.contains(.postgres) {
            let order = try await order(count, on: .postgres)
            for part in [0.25, 0.5, 0.75] { print("postgres\t\(row(order, Int(Double(count) * part), count))") }
        }
        print(
            "\nmilliseconds of 'launch priority' in the store, median of \(moves); the run is the next that is claimed\n"
        )
        print("store\twaiting\tchange\tclaim")
        for engine in BenchStore.Engine.available { print(try await moving(engine, waiting)) }
    }

    /// The authors of the runs, in the order of their claims.
    private static func order(_ count: Int, on engine: BenchStore.Engine) async throws -> [String] {
        let bench = try await BenchStore(engine)
        defer { bench.remove() }
        let child = try BenchServer.begin("serve-idle", [])
        defer { child.process.terminate() }
        let url = String(decoding: child.output.fileHandleForReading.availableData, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        try await DrainBench.prepare(bench.store)
        for (author, part) in parts.reversed() {
            try await DrainBench.submit(Int(Double(count) * part), to: bench.store)
            // The author is the account, or the user of the server.
            let known = parts.map { "'\($0.0)'" }.joined(separator: ", ")
            try bench.execute(
                """
                UPDATE TABLES.runs SET author = '\(author)',
                    spec = replace(spec, '"author":"' || author || '"', '"author":"\(author)"')
                WHERE author NOT IN (\(known))
                """)
        }
        try await DrainBench.drain(bench.store, url, maxJobs: 20)
        let runs = try await bench.store.runs(RunFilter(limit: nil))
        // Runs of one millisecond are in the order in which the transaction took them, which is not stored.
        return runs.sorted { ($0.claimedAt?.milliseconds ?? 0) < ($1.claimedAt?.milliseconds ?? 0) }.map(\.author)
    }

    /// The runs of each submitter among the first claims, beside the numbers of equal shares.
    private static func row(_ order: [String], _ claims: Int, _ count: Int) -> String {
        let first = order.prefix(claims)
        var worst = 0.0
        let figures = parts.map { author, _ in
            let (got, ideal) = (first.count { $0 == author }, ideal(claims, count)[author] ?? 0)
            worst = max(worst, abs(Double(got) / ideal - 1))
            return "\(got)/\(Int(ideal.rounded()))"
        }
        return "\(claims)\t" + figures.joined(separator: "\t") + String(format: "\t%.1f %%", 100 * worst)
    }

    /// Equal shares of the claims, in which no submitter has more than all of its runs.
    private static func ideal(_ claims: Int, _ count: Int) -> [String: Double] {
        var (left, open) = (Double(claims), parts.sorted { $0.1 < $1.1 })
        var shares: [String: Double] = [:]
        while let (author, part) = open.first {
            let share = min(left / Double(open.count), Double(count) * part)
            shares[author] = share
            left -= share
            open.removeFirst()
        }
        return shares
    }

    private static func moving(_ engine: BenchStore.Engine, _ waiting: Int) async throws -> String {
        let bench = try await BenchStore(engine)
        defer { bench.remove() }
        let store = bench.store
        try await ClaimBench.fill(bench, waiting, nil)
        try bench.execute("UPDATE TABLES.runs SET priority = \(Priority.medium.rank)")
        let owner = try await store.becomeOwner(kind: "agent", queues: [ClaimBench.queue])
        var changes: [Duration] = []
        var claims: [Duration] = []
        for index in 0..<moves {
            guard let id = RunID(rawValue: "new\(waiting - index)") else { continue }
            let began = ContinuousClock.now
            _ = try await store.setPriority(.critical, of: id)
            let changed = ContinuousClock.now
            let run = try await store.claimNext(queues: [ClaimBench.queue], owner: owner.id)
            guard run?.id == id else { throw S3Bench.Failure(what: "\(run?.id.rawValue ?? "none") came before \(id)") }
            changes.append(changed - began)
            claims.append(ContinuousClock.now - changed)
        }
        let figures = [changes, claims].map { String(format: "%.2f", $0.sorted()[$0.count / 2] / .milliseconds(1)) }
        return "\(engine)\t\(waiting)\t" + figures.joined(separator: "\t")
    }
}
