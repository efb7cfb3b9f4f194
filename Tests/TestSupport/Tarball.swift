/// A tar archive with arbitrary bytes in its headers.
public struct Tarball: Sendable {
    public private(set) var bytes: [UInt8] = []

    /// The blocks that end an archive.
    public static let end = [UInt8](repeating: 0, count: 1024)

    public init() {}

    /// Adds a member. Given fields replace the correct ones.
    public mutating func add(
        _ name: [UInt8], flag: Character = "0", content: [UInt8] = [], size: [UInt8]? = nil, modified: [UInt8]? = nil,
        target: String = "", mode: String = "0000644", gnu: [UInt8]? = nil
    ) {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ field: [UInt8], _ offset: Int, _ width: Int) {
            for (index, byte) in field.prefix(width).enumerated() { block[offset + index] = byte }
        }
        put(name, 0, 100)
        put(Array(mode.utf8), 100, 8)
        put(size ?? Array(Self.octal(content.count).utf8), 124, 12)
        put(modified ?? Array("00000000001".utf8), 136, 12)
        block[156] = flag.asciiValue ?? 0
        put(Array(target.utf8), 157, 100)
        put(Array((gnu == nil ? "ustar\u{0}00" : "ustar  \u{0}").utf8), 257, 8)
        put(gnu ?? [], 345, 167)
        let sum = block.reduce(8 * 32) { $0 + Int($1) }
        put(Array("\(String(String(0o1000000 + sum, radix: 8).suffix(6)))\u{0} ".utf8), 148, 8)
        bytes += block + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }

    /// Adds a member with names that are text.
    public mutating func add(_ name: String, _ content: String = "", flag: Character = "0", target: String = "") {
        add(Array(name.utf8), flag: flag, content: Array(content.utf8), target: target)
    }

    /// Adds an extended header.
    public mutating func extend(_ key: String, _ value: String) { extend(key, bytes: Array(value.utf8)) }

    /// Adds an extended header with any bytes as value.
    public mutating func extend(_ key: String, bytes value: [UInt8]) {
        let rest = Array(" \(key)=".utf8) + value + [UInt8(ascii: "\n")]
        var length = rest.count + 1
        while "\(length)".utf8.count + rest.count != length { length += 1 }
        add(Array("pax".utf8), flag: "x", content: Array("\(length)".utf8) + rest)
    }

    /// Adds bytes as they are.
    public mutating func append(_ more: [UInt8]) { bytes += more }

    /// The digits of a size, as a header has them.
    public static func octal(_ number: Int) -> String {
        let digits = String(number, radix: 8)
        return String(repeating: "0", count: max(0, 11 - digits.count)) + digits
    }
}
