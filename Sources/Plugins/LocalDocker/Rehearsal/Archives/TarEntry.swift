internal import LaunchHost

/// One member of a tar archive that is copied into a container.
struct TarEntry: Sendable {
    enum Content: Sendable {
        case folder
        case bytes([UInt8])
        /// The first `size` bytes of a file on this machine.
        case file(String, size: Int64)
    }

    /// The path relative to where the archive is unpacked. It may be a raw name.
    var path: String
    var content: Content
    var mode: UInt16
    /// The modification time, in seconds since 1970.
    var modified: Int64
    var owner = FileOwner.root
    /// True if the entry gets the user of the container's program as owner.
    var isOfProgram = false

    init(_ path: String, _ content: Content, mode: UInt16, modified: Int64) {
        self.path = path
        self.content = content
        self.mode = mode
        self.modified = modified
    }

    var size: Int64 {
        switch content {
        case .folder: 0
        case .bytes(let bytes): Int64(bytes.count)
        case .file(_, let size): size
        }
    }

    /// The blocks before the content. Includes an extended header if the plain one cannot hold the name or the size.
    var header: [UInt8] {
        let name = isFolder && !path.hasSuffix("/") ? path + "/" : path
        var records: [UInt8] = []
        let bytes = RawName.bytes(name)
        if bytes.count > 100 { records += Self.record("path", bytes) }
        if size > 0o77777777777 { records += Self.record("size", Array(String(size).utf8)) }
        if owner.user > Self.mostID { records += Self.record("uid", Array(String(owner.user).utf8)) }
        if owner.group > Self.mostID { records += Self.record("gid", Array(String(owner.group).utf8)) }
        guard !records.isEmpty else { return block(name: bytes, size: size, kind: isFolder ? "5" : "0") }
        return block(name: Array("extended".utf8), size: Int64(records.count), kind: "x")
            + records + Tar.padding(Int64(records.count))
            + block(
                name: Array(bytes.prefix(100)), size: min(size, 0o77777777777),
                kind: isFolder ? "5" : "0")
    }

    /// The largest user ID that the plain header can hold.
    private static let mostID: UInt32 = 0o7777777

    /// True if the entry is the folder with this absolute path, or is below it.
    func isIn(_ folder: String) -> Bool {
        "/\(path)" == folder || path.hasPrefix("\(folder.dropFirst())/")
    }

    var isFolder: Bool {
        if case .folder = content { true } else { false }
    }

    /// `<length> <key>=<value>\n`, where the length counts itself.
    private static func record(_ key: String, _ value: [UInt8]) -> [UInt8] {
        let rest = Array(" \(key)=".utf8) + value + [UInt8(ascii: "\n")]
        var length = rest.count
        while length != rest.count + String(length).utf8.count { length = rest.count + String(length).utf8.count }
        return Array(String(length).utf8) + rest
    }

    private func block(name: [UInt8], size: Int64, kind: Unicode.Scalar) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: Tar.blockSize)
        func put(_ text: String, at offset: Int, width: Int) {
            for (index, byte) in text.utf8.prefix(width).enumerated() { block[offset + index] = byte }
        }
        func octal(_ value: Int64, width: Int) -> String {
            let digits = String(value, radix: 8)
            return String(repeating: "0", count: max(0, width - 1 - digits.count)) + digits
        }
        for (index, byte) in name.prefix(100).enumerated() { block[index] = byte }
        put(octal(Int64(mode & 0o7777), width: 8), at: 100, width: 8)
        put(octal(Int64(min(owner.user, Self.mostID)), width: 8), at: 108, width: 8)
        put(octal(Int64(min(owner.group, Self.mostID)), width: 8), at: 116, width: 8)
        put(octal(size, width: 12), at: 124, width: 12)
        // A time that does not fit the field becomes the largest one that fits.
        put(octal(min(max(0, modified), 0o77777777777), width: 12), at: 136, width: 12)
        block[156] = UInt8(ascii: kind)
        put("ustar", at: 257, width: 6)
        put("00", at: 263, width: 2)
        // The checksum counts its own field as blanks.
        let sum = block.reduce(Int64(8 * 32)) { $0 + Int64($1) }
        put(octal(sum, width: 7), at: 148, width: 7)
        block[155] = 32
        return block
    }
}

/// Common parts of tar archives.
enum Tar {
    static let blockSize = 512

    /// - Parameter what: the fault, as a continuation of "The engine's archive".
    static func broken(_ what: String) -> BackendError {
        BackendError(.internalFault, "The engine's archive \(what).")
    }

    /// A name up to its first NUL, raw: every byte is kept.
    static func text(_ bytes: ArraySlice<UInt8>) -> String { RawName.text(bytes.prefix { $0 != 0 }) }

    /// The zeros that fill the last block.
    static func padding(_ size: Int64) -> [UInt8] {
        let rest = Int(size % Int64(blockSize))
        return rest == 0 ? [] : [UInt8](repeating: 0, count: blockSize - rest)
    }

    /// The blocks that end an archive.
    static let end = [UInt8](repeating: 0, count: 2 * blockSize)
}
