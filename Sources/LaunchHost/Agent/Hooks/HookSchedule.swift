internal import LaunchConcurrency

/// Decides what follows a try of a delivery: a pure function of how it ended.
enum HookSchedule {
    /// How a try ended.
    enum Result: Sendable, Hashable {
        /// The target has accepted the message.
        case accepted
        /// The target has not, or may not have.
        case failed(String)
    }

    /// The number of tries after which a delivery is given up: about a day after its first.
    static let mostTries = 30
    /// The waits between tries.
    static let backoff = Backoff(first: .seconds(5), longest: .seconds(3_600), jitter: .around(0.2))

    /// The end of the try with this number, from 1.
    /// - Parameter random: a number from 0 to 1 for the jitter.
    static func end(
        of tries: Int, _ result: Result, at now: Timestamp, random: Double = .random(in: 0...1)
    ) -> Store.HookEnd {
        switch result {
        case .accepted: return .delivered
        case .failed(let error) where tries >= mostTries: return .givenUp(error: error)
        case .failed(let error):
            let delay = backoff.delay(after: tries, random: random) / .milliseconds(1)
            return .again(at: Timestamp(milliseconds: now.milliseconds + Int64(delay)), error: error)
        }
    }
}
