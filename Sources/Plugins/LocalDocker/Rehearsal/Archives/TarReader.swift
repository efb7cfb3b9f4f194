internal import LaunchHost

/// Reads a tar archive in chunks, with bounded memory: the engine's archive of a container's folder.
struct TarReader {
    enum Kind: Sendable, Hashable {
        case file, folder
        case link(String)
        /// A hard link to the member with that path.
        case hardLink(String)
        /// A device, a pipe or another special file.
        case other
    }

    /// One member, without its content.
    struct Member: Sendable, Hashable {
        /// The path in the archive, without a slash at the end; a raw name.
        var path: String
        var kind: Kind
        var size: Int64
        var mode: UInt16
        /// Seconds since 1970.
        var modified: Int64
    }

    /// The next part of the archive.
    enum Part {
        case member(Member)
        /// Bytes of the preceding file.
        case bytes(ArraySlice<UInt8>)
        /// The preceding file is complete.
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
    /// - Throws: `internalFault` if it is not an archive, `transient` if it ends too early.
    mutating func next() async throws(BackendError) -> Part? {
        if isInFile { return try await content() }
        var extended = TarExtension()
        for _ in 0..<Self.maxHeaders {
            guard let block = try await block(), block.contains(where: { $0 != 0 }) else { return nil }
            let header = try TarHeader(Array(block))
            switch header.flag {
            case UInt8(ascii: "x"): try extended.take(records: try await whole(header.size))
            case UInt8(ascii: "g"): _ = try await whole(header.size)
            case UInt8(ascii: "L"): extended.path = Tar.text(try await whole(header.size)[...])
            case UInt8(ascii: "K"): extended.target = Tar.text(try await whole(header.size)[...])
            default: return .member(begin(header, extended))
            }
        }
        throw Tar.broken("has more than \(Self.maxHeaders) extended headers for one member")
    }

    /// The largest number of headers for one member. Writers use at most three.
    private static let maxHeaders = 16

    private mutating func begin(_ header: TarHeader, _ extended: TarExtension) -> Member {
        var path = extended.path ?? header.path
        while path.hasSuffix("/") { path.removeLast() }
        let target = extended.target ?? header.target
        let kind: Kind =
            switch header.flag {
            case 0, UInt8(ascii: "0"), UInt8(ascii: "7"): .file
            case UInt8(ascii: "1"): .hardLink(target)
            case UInt8(ascii: "2"): .link(target)
            case UInt8(ascii: "5"): .folder
            default: .other
            }
        let length = kind == .file ? extended.size ?? header.size : 0
        if kind == .file {
            isInFile = true
            left = length
            padding = Tar.padding(length).count
        }
        return Member(
            path: path, kind: kind, size: length, mode: header.mode, modified: extended.modified ?? header.modified)
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

    /// A header; nil if the archive ends without its end blocks.
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
            throw Tar.broken("has an extended header of \(size) bytes")
        }
        let content = Array(try await bytes(Int(size)))
        _ = try await bytes(Tar.padding(size).count)
        return content
    }
}
