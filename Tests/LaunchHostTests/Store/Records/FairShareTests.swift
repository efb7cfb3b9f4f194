import Testing
import TestSupport

@testable import LaunchPluginKit
@testable import LaunchStore

/// Whose run is claimed next.
@Suite struct FairShareTests {
    private static let now = Timestamp(milliseconds: 1_800_000_000_000)

    private static func candidate(
        _ author: String, _ priority: Priority = .medium, sequence: Int64 = 1, use: Int64 = 0, hours: Double = 0
    ) -> FairShare.Candidate {
        FairShare.Candidate(
            author: author, rank: priority.rank, sequence: sequence,
            submittedAt: Timestamp(milliseconds: now.milliseconds - Int64(hours * 3_600_000)),
            use: FairShare.Use(claims: use, at: now))
    }

    static let turns: [(name: String, candidates: [FairShare.Candidate], order: [String])] = [
        (
            "priority comes before use",
            [candidate("ada", .medium, use: 0), candidate("bob", .high, use: 9000)], ["bob", "ada"]
        ),
        ("the smaller use comes first", [candidate("ada", use: 2000), candidate("bob", use: 1000)], ["bob", "ada"]),
        (
            "of equal uses, the older run comes first",
            [candidate("ada", sequence: 7), candidate("bob", sequence: 5)], ["bob", "ada"]
        ),
        (
            "a run that has waited for 6 hours counts as one of the next priority",
            [candidate("ada", .medium, use: 1000), candidate("bob", .low, hours: 6)], ["bob", "ada"]
        ),
        (
            "a run that has waited for less does not",
            [candidate("ada", .medium, use: 9000), candidate("bob", .low, hours: 5.9)], ["ada", "bob"]
        ),
        (
            "no run is more urgent than the most urgent priority",
            [candidate("ada", .critical, use: 1000), candidate("bob", .low, use: 2000, hours: 1000)], ["ada", "bob"]
        ),
    ]

    @Test(arguments: turns.indices) func `each rule decides:`(_ index: Int) {
        let turn = Self.turns[index]
        #expect(FairShare.order(turn.candidates, at: Self.now).map(\.author) == turn.order, "\(turn.name)")
    }

    @Test func `half of a use is forgotten in an hour, and nothing if the clock is set back`() {
        let use = FairShare.Use(claims: 8000, at: Self.now)
        func later(_ hours: Int64) -> Timestamp {
            Timestamp(milliseconds: Self.now.milliseconds + hours * FairShare.halfLife)
        }
        #expect(use.decayed(at: later(1)) == 4000 && use.decayed(at: later(3)) == 1000)
        #expect(use.decayed(at: later(-24)) == 8000 && use.decayed(at: later(10_000)) == 0)
        #expect(use.adding(at: later(1)) == FairShare.Use(claims: 5000, at: later(1)))
        #expect(FairShare.Use(claims: .max, at: Self.now).adding(at: Self.now).claims == .max)
    }

    /// A queue of 20 machines. Two submitters want 5 and 10 percent of them, and get them; three want more than there is,
    /// and share the rest equally.
    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
    func `five submitters get their ideal shares within 5 percent`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let machines = 20
        let length = 300.0...900.0
        // The mean time between two runs of the first two, in seconds.
        let capacity = Double(machines) / 600
        let wanted = ["ada": 0.05, "bob": 0.1]
        let ideal = ["ada": 0.05, "bob": 0.1, "cyd": 0.85 / 3, "dan": 0.85 / 3, "eve": 0.85 / 3]
        var waiting = ["ada": 0, "bob": 0, "cyd": 100_000, "dan": 100_000, "eve": 100_000]
        var arrivals = wanted.mapValues { 1 / ($0 * capacity) }
        let gaps = arrivals
        var uses: [String: FairShare.Use] = [:]
        var claims: [String: Int] = [:]
        var ends: [Double] = []
        var time = 0.0
        var total = 0
        while total < 20_000 {
            let next = min(ends.min() ?? .infinity, arrivals.values.min() ?? .infinity)
            time = ends.count < machines && total == 0 ? 0 : next
            ends.removeAll { $0 <= time }
            for (author, at) in arrivals where at <= time {
                waiting[author, default: 0] += 1
                arrivals[author] = at + (gaps[author] ?? 1)
            }
            let now = Timestamp(milliseconds: Int64(time * 1000))
            while ends.count < machines {
                let candidates = waiting.filter { $0.value > 0 }.sorted { $0.key < $1.key }.enumerated().map {
                    FairShare.Candidate(
                        author: $1.key, rank: 2, sequence: Int64($0), submittedAt: now,
                        use: uses[$1.key] ?? FairShare.Use(at: now))
                }
                guard let first = FairShare.order(candidates, at: now).first else { break }
                waiting[first.author, default: 0] -= 1
                uses[first.author] = first.use.adding(at: now)
                claims[first.author, default: 0] += 1
                total += 1
                ends.append(time + Double.random(in: length, using: &random))
            }
        }
        for (author, share) in ideal {
            let got = Double(claims[author] ?? 0) / Double(total)
            #expect(abs(got / share - 1) < 0.05, "seed \(seed), \(author): \(got) of \(share)")
        }
    }

    @Test func `a run of low priority is claimed although others arrive all the time`() {
        // One machine, a run of an hour, and a new run of medium priority for each.
        var uses: [String: FairShare.Use] = [:]
        for hour in Int64(0)... {
            let now = Timestamp(milliseconds: hour * 3_600_000)
            let candidates = [
                FairShare.Candidate(
                    author: "bob", rank: 3, sequence: 1, submittedAt: Timestamp(milliseconds: 0),
                    use: FairShare.Use(at: now)),
                FairShare.Candidate(
                    author: "ada", rank: 2, sequence: hour + 2, submittedAt: now,
                    use: uses["ada"] ?? FairShare.Use(at: now)),
            ]
            guard let first = FairShare.order(candidates, at: now).first else { return }
            if first.author == "bob" {
                #expect(hour == 6)
                return
            }
            uses[first.author] = first.use.adding(at: now)
        }
    }
}
