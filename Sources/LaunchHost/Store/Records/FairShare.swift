internal import Glibc

/// Decides whose run of a queue is claimed next.
///
/// Priority comes first. Within a priority, it is the turn of the submitter with the smallest use of the queue; of equal
/// submitters, the oldest run comes first. A run that has waited long counts as one of the next higher priority, so that
/// `low` is late and never starves.
package struct FairShare: Sendable, Hashable {
    /// The time after which a waiting run counts as one of the next higher priority, in milliseconds.
    package static let ageing: Int64 = 6 * 3_600_000
    /// The time in which half of a use is forgotten, in milliseconds.
    package static let halfLife: Int64 = 3_600_000

    /// What one claim adds to a use.
    package static let claim: Int64 = 1000

    /// The first run of one submitter in one priority, or one of several with different demands of instances.
    package struct Candidate: Sendable, Hashable {
        package var author: String
        /// The rank of its priority; 0 is the most urgent.
        package var rank: Int
        /// Its number in the order of submission.
        package var sequence: Int64
        package var submittedAt: Timestamp
        /// The submitter's use of the queue.
        package var use: Use
        /// Its demand of instances, as the store keeps it; empty if it is unknown or none.
        package var demand: String

        package init(
            author: String, rank: Int, sequence: Int64, submittedAt: Timestamp, use: Use, demand: String = ""
        ) {
            (self.author, self.rank, self.sequence) = (author, rank, sequence)
            (self.submittedAt, self.use, self.demand) = (submittedAt, use, demand)
        }
    }

    /// How much a submitter has used a queue.
    package struct Use: Sendable, Hashable {
        /// The number of claims in thousandths; older claims count less. It is as of `at`.
        package var claims: Int64
        package var at: Timestamp

        package init(claims: Int64 = 0, at: Timestamp) { (self.claims, self.at) = (claims, at) }

        /// The use at a later time. A time before `at`, of a clock that was set back, forgets nothing.
        package func decayed(at now: Timestamp) -> Int64 {
            let age = now.milliseconds.saturatingSubtracting(at.milliseconds)
            guard age > 0, claims > 0 else { return max(0, claims) }
            return Int64(Double(claims) * exp2(-Double(age) / Double(FairShare.halfLife)))
        }

        /// The use after another claim.
        package func adding(_ claims: Int64 = FairShare.claim, at now: Timestamp) -> Use {
            Use(claims: decayed(at: now).saturatingAdding(claims), at: now)
        }
    }

    /// The candidates in the order in which they are claimed. The first one of a submitter that is not free to be claimed
    /// is passed over.
    package static func order(_ candidates: [Candidate], at now: Timestamp) -> [Candidate] {
        candidates.map { (rank: aged($0, at: now), use: $0.use.decayed(at: now), candidate: $0) }
            .sorted { ($0.rank, $0.use, $0.candidate.sequence) < ($1.rank, $1.use, $1.candidate.sequence) }
            .map(\.candidate)
    }

    /// The rank of a run with its age.
    static func aged(_ candidate: Candidate, at now: Timestamp) -> Int {
        let age = max(0, now.milliseconds.saturatingSubtracting(candidate.submittedAt.milliseconds))
        // A row with another number is from another program.
        let rank = Priority(rank: candidate.rank).rank
        return max(0, rank - Int(clamping: age / ageing))
    }
}
