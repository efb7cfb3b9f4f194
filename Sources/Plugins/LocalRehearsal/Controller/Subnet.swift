/// The addresses of an IPv4 network.
struct Subnet: Sendable {
    private let first: UInt32
    private let count: UInt64

    /// Parses `172.18.0.0/16`; nil for any other text, also for IPv6.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = Self.number(parts[0]), let length = Int(parts[1]),
            (1...32).contains(length)
        else { return nil }
        count = 1 << (32 - length)
        first = address & ~UInt32(count - 1)
    }

    /// The lowest `wanted` addresses, without the network's own address, its broadcast address and the gateway. Nil
    /// if there are fewer.
    func addresses(_ wanted: Int, without gateway: String?) -> [String]? {
        let taken = gateway.flatMap { Self.number($0[...]) } ?? first &+ 1
        var found: [String] = []
        var offset: UInt64 = 1
        while found.count < wanted {
            guard offset + 1 < count else { return nil }
            let address = first + UInt32(offset)
            if address != taken { found.append(Self.text(address)) }
            offset += 1
        }
        return found
    }

    private static func number(_ text: Substring) -> UInt32? {
        let bytes = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard bytes.count == 4 else { return nil }
        var number: UInt32 = 0
        for byte in bytes {
            guard let byte else { return nil }
            number = number << 8 | UInt32(byte)
        }
        return number
    }

    private static func text(_ address: UInt32) -> String {
        [24, 16, 8, 0].map { String(address >> UInt32($0) & 0xff) }.joined(separator: ".")
    }
}
