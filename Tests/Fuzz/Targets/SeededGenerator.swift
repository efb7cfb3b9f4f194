/// Random numbers from a seed (SplitMix64), so that every finding can be reproduced.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// A generator with the given seed.
    public init(seed: UInt64) {
        state = seed
    }

    /// The next number.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// One of the items; nil for an empty list.
    public mutating func pick<Item>(_ items: [Item]) -> Item? {
        items.randomElement(using: &self)
    }

    /// True in one of `cases` calls on average.
    public mutating func oneIn(_ cases: Int) -> Bool {
        Int.random(in: 0..<max(1, cases), using: &self) == 0
    }
}
