/// Random faults of AWS: a seed selects a share of all calls. The n-th call gets the same fault for the same seed and
/// shares.
public struct Chaos: Sendable {
    /// The seed that selects the calls.
    public var seed: UInt64
    /// The share of throttled calls, from 0 to 1.
    public var throttled: Double
    /// The share of calls with status 500 or 503, without effect.
    public var serverErrors: Double
    /// The share of calls whose connection is reset before any effect.
    public var resets: Double
    /// The share of calls that take effect and whose reply is lost.
    public var lostAnswers: Double
    /// The share of calls that are rejected because of an expired session.
    public var expired: Double

    /// The sum of the shares is at most 1. The remaining calls succeed.
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

    /// The reaction to the n-th call.
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

    /// The finaliser of SplitMix64: neighbouring numbers become dissimilar.
    private static func mixed(_ number: UInt64) -> UInt64 {
        var bits = number
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}
