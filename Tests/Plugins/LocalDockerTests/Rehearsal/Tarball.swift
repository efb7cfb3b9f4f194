import Foundation
import LaunchHost

@testable import LocalDocker

/// A tar archive with arbitrary bytes in its headers.
struct Tarball {
    private(set) var bytes: [UInt8] = []

    /// Adds a member. Given fields replace the correct ones.
    mutating func add(
        _ name: [UInt8], flag: Character = "0", content: [UInt8] = [], size: [UInt8]? = nil, modified: [UInt8]? = nil,
        target: String = "", mode: String = "0000644"
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
        put(Array("ustar\u{0}00".utf8), 257, 8)
        let sum = block.reduce(8 * 32) { $0 + Int($1) }
        put(Array("\(String(String(0o1000000 + sum, radix: 8).suffix(6)))\u{0} ".utf8), 148, 8)
        bytes += block + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }

    mutating func add(_ name: String, _ content: String = "", flag: Character = "0", target: String = "") {
        add(Array(name.utf8), flag: flag, content: Array(content.utf8), target: target)
    }

    /// Adds an extended header.
    mutating func extend(_ key: String, _ value: String) {
        let rest = " \(key)=\(value)\n"
        var length = rest.utf8.count + 1
        while "\(length)\(rest)".utf8.count != length { length += 1 }
        add(Array("pax".utf8), flag: "x", content: Array("\(length)\(rest)".utf8))
    }

    mutating func append(_ more: [UInt8]) { bytes += more }

    /// A reader that gets the archive in small chunks.
    func reader(isEnded: Bool = true) -> TarReader {
        var rest = (bytes + (isEnded ? Tar.end : []))[...]
        return TarReader { () async throws(BackendError) -> [UInt8]? in
            guard !rest.isEmpty else { return nil }
            let piece = rest.prefix(700)
            rest = rest.dropFirst(piece.count)
            return Array(piece)
        }
    }

    /// All members of the archive.
    func members() async throws -> [TarReader.Member] {
        var reader = reader()
        var members: [TarReader.Member] = []
        while let part = try await reader.next() {
            if case .member(let member) = part { members.append(member) }
        }
        return members
    }

    private static func octal(_ number: Int) -> String {
        let digits = String(number, radix: 8)
        return String(repeating: "0", count: max(0, 11 - digits.count)) + digits
    }
}
