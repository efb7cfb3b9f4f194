internal import LaunchCrypto

/// The name of a piece of a blob: the SHA-256 of its bytes, and their number. The bytes of a name never change.
package struct Piece: Sendable, Hashable, Codable {
    /// The maximum size of a piece in bytes.
    package static let largest = 1 << 20

    /// 64 lower-case hex digits.
    package var digest: String
    /// The size in bytes: 1 to `largest`.
    package var size: Int

    package init(digest: String, size: Int) {
        (self.digest, self.size) = (digest, size)
    }

    /// The name of these bytes.
    package init(of bytes: [UInt8]) {
        self.init(digest: SHA256.hex(bytes), size: bytes.count)
    }

    /// Whether the name can be that of a piece. A name from a store is checked before it becomes part of a path.
    package var isValid: Bool {
        (1...Self.largest).contains(size) && digest.utf8.count == 64
            && digest.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }
}
