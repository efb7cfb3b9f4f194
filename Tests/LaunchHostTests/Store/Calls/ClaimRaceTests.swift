import Foundation
import Testing

import LaunchHost

@Suite struct ClaimRaceTests {
    @Test func `each run is claimed once and no agent starves`() async throws {
        let sandbox = try Sandbox()
        let store = try await sandbox.storeWithQueue()
        let total = 2_000
        for _ in 0..<total { try await store.submit(.sample()) }
        let claims = Shared([Int: [RunID]]())
        let ready = Shared(0)
        // Each commit is synchronized to disk, as in agents, because the sync causes the contention for the lock.
        try await concurrently(4) { index in
            let mine = Sandbox.isSQLite ? try Store(home: sandbox.home) : try sandbox.store()
            let me = try owner("claimant-\(index)")
            ready.with { $0 += 1 }
            while ready.with({ $0 }) < 4 { await Task.yield() }
            while let run = try await mine.claimNext(queues: ["q"], owner: me) {
                claims.with { $0[index, default: []].append(run.id) }
            }
        }
        let all = claims.with { $0 }
        #expect(all.values.joined().count == total)
        #expect(Set(all.values.joined()).count == total)
        let least = all.values.map(\.count).min() ?? 0
        #expect(all.count == 4 && least >= total / 100, "claims of each: \(all.mapValues(\.count))")
        #expect(try await store.counts()[.claimed] == total)
        #expect(try await store.events(limit: .max).filter { $0.state == .claimed }.count == total)
    }
}
