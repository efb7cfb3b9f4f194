import LaunchCrypto

/// Signs the chunks of one body with the content encoding `aws-chunked`. Each signature depends on the previous one.
///
/// S3 requires at least 8 KiB for every chunk except the last, and an empty chunk at the end. A retry of the request
/// needs a new signer.
public struct ChunkSigner: Sendable, CustomStringConvertible, CustomReflectable {
    private var previous: String
    private let key: [UInt8]
    private let scope: CredentialScope

    init(seed: String, key: [UInt8], scope: CredentialScope) {
        previous = seed
        self.key = key
        self.scope = scope
    }

    /// A chunk in its wire format: its size, its signature, its bytes. The empty chunk ends the body.
    public mutating func chunk(_ bytes: [UInt8]) -> [UInt8] {
        let head = Self.head(bytes.count) + sign(bytes) + "\r\n"
        return Array(head.utf8) + bytes + Array("\r\n".utf8)
    }

    /// The encoded size of a body of `length` bytes in chunks of `chunkSize` bytes, including the empty last chunk:
    /// the request's `Content-Length`. Values below 0 and 1 count as 0 and 1.
    public static func encodedLength(of length: Int64, chunkSize: Int) -> Int64 {
        let length = max(0, length), size = Int64(max(1, chunkSize))
        let (whole, rest) = length.quotientAndRemainder(dividingBy: size)
        return whole * wireLength(size) + (rest > 0 ? wireLength(rest) : 0) + wireLength(0)
    }

    /// A mask instead of the values.
    public var description: String { "<chunk signer>" }
    /// A mirror without children, so that `dump` shows no key.
    public var customMirror: Mirror { Mirror(self, children: []) }

    private mutating func sign(_ bytes: [UInt8]) -> String {
        let text = [
            "\(SigV4.algorithm)-PAYLOAD", scope.timestamp, scope.text, previous, SHA256.hex([]), SHA256.hex(bytes),
        ].joined(separator: "\n")
        previous = Hex.encode(HMACSHA256.authenticate(text.utf8, key: key))
        return previous
    }

    private static func head(_ size: Int) -> String { "\(String(size, radix: 16));chunk-signature=" }

    private static func wireLength(_ size: Int64) -> Int64 {
        // The 64 digits of the signature and two line ends.
        Int64(head(Int(clamping: size)).utf8.count + 64 + 4) + size
    }
}
