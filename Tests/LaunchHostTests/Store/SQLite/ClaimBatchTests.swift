import Foundation
import TestSupport
import Testing

import LaunchHost
@testable import LaunchConfiguration
@testable import LaunchPluginKit
@testable import LaunchStore

/// Claims of several runs in one transaction, against the same number of single claims, at a fixed time.
@Suite(.enabled(if: Sandbox.isSQLite)) struct ClaimBatchTests {
    private static let queues = ["q", "r"]

    /// A store with random runs in its queues. The same seed makes the same runs.
    private static func store(_ sandbox: Sandbox, _ seed: UInt64) async throws -> Store {
        let store = try sandbox.store { Date(timeIntervalSince1970: 1_000_000) }
        for name in queues { try await store.createQueue(QueueDefinition(name: name, resource: "mock")) }
        var random = SeededRandom(seed: seed)
        let authors = ["ada", "bob", "cyd"].prefix(Int.random(in: 1...3, using: &random))
        let priorities = Priority.allCases.prefix(Int.random(in: 1...4, using: &random))
        for number in 0..<40 {
            let queue = queues.randomElement(using: &random) ?? "q"
            let priority = priorities.randomElement(using: &random) ?? .medium
            let author = authors.randomElement(using: &random) ?? "ada"
            let id = try #require(RunID(rawValue: "run\(number)"))
            try await store.submit(.sample(queue: queue, priority: priority), as: id)
            // Some rows are from another program, with an ID that no run has.
            let stored = Int.random(in: 0..<12, using: &random) == 0 ? "NOT \(number)" : id.rawValue
            try await store.database.write { connection throws(StoreError) in
                _ = try connection.run(
                    "UPDATE runs SET author = ?, id = ? WHERE id = ?",
                    [.text(author), .text(stored), .text(id.rawValue)])
            }
        }
        return store
    }

    /// The IDs of all runs in the order of their claims, by transactions of up to `most` runs.
    private static func order(_ seed: UInt64, _ names: [String], upTo most: Int) async throws -> [String] {
        let sandbox = try Sandbox()
        let store = try await store(sandbox, seed)
        let agent = try owner("agent-1")
        var found: [String] = []
        var left = names
        while true {
            let runs = try await store.claim(most, from: left.map { ClaimChoice(queue: $0) }, owner: agent)
            found += runs.map(\.id.rawValue)
            guard let last = runs.last?.queue, let index = names.firstIndex(of: last) else { return found }
            left = Array(names[(index + 1)...] + names[...index])
        }
    }

    @Test(arguments: 0..<16) func `several runs are claimed in the order of single claims`(_ seed: UInt64) async throws
    {
        for names in [["q"], Self.queues] {
            let single = try await Self.order(seed, names, upTo: 1)
            #expect(single.count > 10)
            for most in [2, 16, 100] {
                let batch = try await Self.order(seed, names, upTo: most)
                #expect(batch == single, "seed \(seed), \(names), up to \(most)")
            }
        }
    }
}
