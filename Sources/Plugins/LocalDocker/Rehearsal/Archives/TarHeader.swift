internal import LaunchHost

/// One 512-byte header of a tar archive. Its numbers are not trusted; each is checked.
struct TarHeader {
    let flag: UInt8
    let path: String
    let target: String
    let size: Int64
    let mode: UInt16
    /// Seconds since 1970; 0 if the header has no time that fits 64 bits.
    let modified: Int64

    /// - Throws: `internalFault` if the block is not a header.
    init(_ block: [UInt8]) throws(BackendError) {
        guard block.count == Tar.blockSize, Self.hasGoodSum(block) else {
            throw Tar.broken("has a header with a wrong checksum")
        }
        flag = block[156]
        guard let size = Self.number(block[124..<136]), size >= 0 else {
            throw Tar.broken("has a member whose size is negative or over 64 bits")
        }
        self.size = size
        mode = UInt16(truncatingIfNeeded: Self.number(block[100..<108]) ?? 0)
        modified = Self.number(block[136..<148]) ?? 0
        let name = Tar.text(block[0..<100])
        let prefix = Tar.text(block[345..<500])
        // GNU's own format uses the prefix's bytes for other fields; its magic ends in a blank.
        let isUstar = Tar.text(block[257..<263]).hasPrefix("ustar") && block[262] == 0
        path = isUstar && !prefix.isEmpty ? "\(prefix)/\(name)" : name
        target = Tar.text(block[157..<257])
    }

    /// The checksum counts its own field as blanks. Some writers sum signed bytes.
    private static func hasGoodSum(_ block: [UInt8]) -> Bool {
        guard let wanted = number(block[148..<156]) else { return false }
        var unsigned: Int64 = 8 * 32
        var signed: Int64 = 8 * 32
        for (index, byte) in block.enumerated() where !(148..<156).contains(index) {
            unsigned += Int64(byte)
            signed += Int64(Int8(bitPattern: byte))
        }
        return wanted == unsigned || wanted == signed
    }

    /// Octal digits between blanks, or, with the highest bit set, a big-endian number in two's complement. Nil for
    /// other bytes and for numbers that do not fit 64 bits.
    static func number(_ bytes: ArraySlice<UInt8>) -> Int64? {
        guard let first = bytes.first else { return nil }
        guard first & 0x80 == 0 else {
            var value: Int64 = first & 0x40 == 0 ? Int64(first & 0x3f) : Int64(first & 0x3f) - 64
            for byte in bytes.dropFirst() {
                let (shifted, overflow) = value.multipliedReportingOverflow(by: 256)
                guard !overflow else { return nil }
                value = shifted | Int64(byte)
            }
            return value
        }
        let digits = bytes.drop { $0 == 32 }.prefix { $0 != 32 && $0 != 0 }
        guard !digits.isEmpty else { return 0 }
        guard digits.allSatisfy({ (48...55).contains($0) }) else { return nil }
        return Int64(String(decoding: digits, as: UTF8.self), radix: 8)
    }
}

/// The fields of an extended header. They apply to the member that follows it.
struct TarExtension {
    var path: String?
    var target: String?
    var size: Int64?
    var modified: Int64?

    /// Applies the records of a pax header.
    /// - Throws: `internalFault` if they cannot be read.
    mutating func take(records bytes: [UInt8]) throws(BackendError) {
        var rest = bytes[...]
        while let first = rest.first, first != 0 {
            guard let space = rest.firstIndex(of: UInt8(ascii: " ")),
                let length = Int(String(decoding: rest[rest.startIndex..<space], as: UTF8.self)),
                length > space - rest.startIndex + 1, length <= rest.count
            else { throw Tar.broken("has an extended header that cannot be read") }
            let end = rest.startIndex + length
            let record = rest[(space + 1)..<(end - 1)]
            if let equals = record.firstIndex(of: UInt8(ascii: "=")) {
                try take(String(decoding: record[..<equals], as: UTF8.self), record[(equals + 1)...])
            }
            rest = rest[end...]
        }
    }

    private mutating func take(_ key: String, _ value: ArraySlice<UInt8>) throws(BackendError) {
        switch key {
        case "path": path = Tar.text(value)
        case "linkpath": target = Tar.text(value)
        case "size":
            guard let size = Int64(String(decoding: value, as: UTF8.self)), size >= 0 else {
                throw Tar.broken("has a member whose size is negative or over 64 bits")
            }
            self.size = size
        case "mtime":
            // Fractions of a second are ignored. A time that does not fit 64 bits becomes 0.
            modified = Int64(String(decoding: value.prefix { $0 != UInt8(ascii: ".") }, as: UTF8.self)) ?? 0
        default: break
        }
    }
}
