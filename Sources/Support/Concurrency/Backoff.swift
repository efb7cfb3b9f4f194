/// A growing wait between attempts: pure values, without a clock.
public struct Backoff: Sendable, Hashable {
    /// How a delay becomes random, so that many clients do not retry at once.
    public enum Jitter: Sendable, Hashable {
        /// The delay itself.
        case none
        /// Between zero and the delay.
        case full
        /// The delay, at most this part of it less or more.
        case around(Double)
    }

    /// The delay after the first attempt.
    public var first: Duration
    /// The growth from one delay to the next.
    public var factor: Double
    /// The longest delay, before jitter.
    public var longest: Duration
    /// How the delay becomes random.
    public var jitter: Jitter

    /// `first`, `first * factor`, and so on, up to `longest`.
    public init(first: Duration, factor: Double = 2, longest: Duration, jitter: Jitter = .none) {
        (self.first, self.factor, self.longest, self.jitter) = (first, factor, longest, jitter)
    }

    /// The delay after a number of attempts, from 1.
    /// - Parameter random: a number from 0 to 1, which decides the jitter.
    public func delay(after attempt: Int, random: Double = .random(in: 0...1)) -> Duration {
        var delay = min(first, longest)
        var done = 1
        while factor != 1, delay > .zero, delay < longest, attempt > done {
            delay = min(delay * factor, longest)
            done += 1
        }
        let drawn = min(max(random, 0), 1)
        return switch jitter {
        case .none: delay
        case .full: delay * drawn
        case .around(let part): delay * (1 - part + 2 * part * drawn)
        }
    }
}
