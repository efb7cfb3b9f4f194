internal import LaunchHost

/// Reads a tar archive chunk by chunk, in bounded memory: the members that the engine gives of a container's folder.
struct TarReader {
    /// What a member is.
    enum Kind: Sendable, Hashable {
        case file, folder
        case link(String)
        /// The same file as the member of that path.
        case hardLink(String)
        /// A device, a pipe or the like.
        case other
    }

    /// One member, before its content.
    struct Member: Sendable, Hashable {
        /// As the archive has it, without a slash at the end.
        var path: String
        var kind: Kind
        var size: Int64
        var mode: UInt16
        /// Seconds since 1970.
        var modified: Int64
    }

    /// What comes next.
    enum Part {
        case member(Member)
        /// Bytes of the file that came before.
        case bytes(ArraySlice<UInt8>)
        /// The file that came before is complete.
        case fileEnd
    }

    private let pull: () async throws(BackendError) -> [UInt8]?
    private var buffer: ArraySlice<UInt8> = []
    private var left: Int64 = 0
    private var padding = 0
    private var isInFile = false

    init(_ pull: @escaping () async throws(BackendError) -> [UInt8]?) {
        self.pull = pull
    }

    /// The next part; nil at the end.
    mutating func next() async throws(BackendError) -> Part? {
        if isInFile { return try await content() }
        var extended: [String: String] = [:]
        while true {
            guard let block = try await block(), block.contains(where: { $0 != 0 }) else { return nil }
            let header = Array(block)
            let size = Self.number(header[124..<136])
            switch header[156] {
            case UInt8(ascii: "x"):
                extended.merge(Self.records(try await whole(size))) { $1 }
            case UInt8(ascii: "g"):
                _ = try await whole(size)
            case UInt8(ascii: "L"):
                extended["path"] = Self.text(try await whole(size)[...])
            case UInt8(ascii: "K"):
                extended["linkpath"] = Self.text(try await whole(size)[...])
            default:
                return .member(begin(header, size, extended))
            }
        }
    }

    private mutating func begin(_ header: [UInt8], _ size: Int64, _ extended: [String: String]) -> Member {
        let prefix = Self.text(header[345..<500])
        let isUstar = Self.text(header[257..<263]).hasPrefix("ustar")
        var path = Self.text(header[0..<100])
        if isUstar, !prefix.isEmpty, header[262] == 0 { path = "\(prefix)/\(path)" }
        path = extended["path"] ?? path
        while path.hasSuffix("/") { path.removeLast() }
        let target = extended["linkpath"] ?? Self.text(header[157..<257])
        let kind: Kind =
            switch header[156] {
            case 0, UInt8(ascii: "0"), UInt8(ascii: "7"): .file
            case UInt8(ascii: "1"): .hardLink(target)
            case UInt8(ascii: "2"): .link(target)
            case UInt8(ascii: "5"): .folder
            default: .other
            }
        let length = kind == .file ? extended["size"].flatMap { Int64($0) } ?? size : 0
        let seconds = extended["mtime"].flatMap { Double($0) }.map { Int64($0) }
        if kind == .file {
            isInFile = true
            left = length
            padding = Tar.padding(length).count
        }
        return Member(
            path: path, kind: kind, size: length, mode: UInt16(truncatingIfNeeded: Self.number(header[100..<108])),
            modified: seconds ?? Self.number(header[136..<148]))
    }

    private mutating func content() async throws(BackendError) -> Part? {
        if left == 0 {
            isInFile = false
            if padding > 0 { _ = try await bytes(padding) }
            return .fileEnd
        }
        if buffer.isEmpty { try await fill() }
        let part = buffer.prefix(Int(min(left, Int64(buffer.count))))
        buffer = buffer.dropFirst(part.count)
        left -= Int64(part.count)
        return .bytes(part)
    }

    private mutating func fill() async throws(BackendError) {
        guard let chunk = try await pull() else {
            throw BackendError(.transient, "The engine's archive ended early.")
        }
        buffer = buffer.isEmpty ? chunk[...] : (Array(buffer) + chunk)[...]
    }

    /// A header; nil where the archive ends without the blocks that say so.
    private mutating func block() async throws(BackendError) -> ArraySlice<UInt8>? {
        while buffer.count < Tar.blockSize {
            guard let chunk = try await pull() else {
                guard buffer.isEmpty else { throw BackendError(.transient, "The engine's archive ended early.") }
                return nil
            }
            buffer = (Array(buffer) + chunk)[...]
        }
        return try await bytes(Tar.blockSize)
    }

    private mutating func bytes(_ count: Int) async throws(BackendError) -> ArraySlice<UInt8> {
        while buffer.count < count { try await fill() }
        let taken = buffer.prefix(count)
        buffer = buffer.dropFirst(count)
        return taken
    }

    private mutating func whole(_ size: Int64) async throws(BackendError) -> [UInt8] {
        guard (0...(1 << 20)).contains(size) else {
            throw BackendError(.internalFault, "The engine's archive has an extended header of \(size) bytes.")
        }
        let content = Array(try await bytes(Int(size)))
        _ = try await bytes(Tar.padding(size).count)
        return content
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// Octal digits, or with the highest bit set a big-endian number.
    private static func number(_ bytes: ArraySlice<UInt8>) -> Int64 {
        guard let first = bytes.first, first & 0x80 != 0 else {
            let digits = text(bytes).filter { ("0"..."7").contains($0) }
            return Int64(digits, radix: 8) ?? 0
        }
        return bytes.dropFirst().reduce(Int64(first & 0x3f)) { ($0 << 8) | Int64($1) }
    }

    private static func records(_ bytes: [UInt8]) -> [String: String] {
        var found: [String: String] = [:]
        var rest = bytes[...]
        while let space = rest.firstIndex(of: UInt8(ascii: " ")),
            let length = Int(String(decoding: rest[rest.startIndex..<space], as: UTF8.self)),
            length > space - rest.startIndex + 1, length <= rest.count
        {
            let end = rest.startIndex + length
            let record = rest[(space + 1)..<(end - 1)]
            if let equals = record.firstIndex(of: UInt8(ascii: "=")) {
                found[String(decoding: record[record.startIndex..<equals], as: UTF8.self)] =
                    String(decoding: record[(equals + 1)...], as: UTF8.self)
            }
            rest = rest[end...]
        }
        return found
    }
}
