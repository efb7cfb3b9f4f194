/// A bad day at AWS: a share of all calls, picked by a seed, meets a fault. The n-th call of a day meets the same fault
/// whenever the seed and the shares are the same.
public struct Chaos: Sendable {
    /// What picks the calls.
    public var seed: UInt64
    /// The share, from 0 to 1, of calls that are throttled.
    public var throttled: Double
    /// The share of calls that meet a status of 500 or 503, without effect.
    public var serverErrors: Double
    /// The share of calls whose connection is reset before anything is done.
    public var resets: Double
    /// The share of calls that are carried out and whose answer is lost.
    public var lostAnswers: Double
    /// The share of calls that are told that their session is over.
    public var expired: Double

    /// A day from its shares, whose sum is at most 1; the rest of the calls goes well.
    public init(
        seed: UInt64, throttled: Double = 0.3, serverErrors: Double = 0.03, resets: Double = 0.03,
        lostAnswers: Double = 0.03, expired: Double = 0.01
    ) {
        self.seed = seed
        self.throttled = throttled
        self.serverErrors = serverErrors
        self.resets = resets
        self.lostAnswers = lostAnswers
        self.expired = expired
    }

    /// What the n-th call meets.
    func reaction(to number: Int) -> Reaction {
        let bits = Self.mixed(seed &+ 0x9E37_79B9_7F4A_7C15 &* UInt64(truncatingIfNeeded: number))
        var rest = Double(bits >> 11) / Double(1 << 53 as UInt64)
        let unavailable = bits & 1 == 0
        let faults: [(share: Double, reaction: Reaction)] = [
            (throttled, .throttled), (serverErrors, unavailable ? .unavailable : .internalFailure), (resets, .reset),
            (lostAnswers, .lostAnswer), (expired, .expired),
        ]
        for fault in faults {
            if rest < fault.share { return fault.reaction }
            rest -= fault.share
        }
        return .proceed
    }

    /// The finaliser of SplitMix64: neighbouring numbers become unlike ones.
    private static func mixed(_ number: UInt64) -> UInt64 {
        var bits = number
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}
