internal import LaunchCrypto
internal import Synchronization

/// The bytes of a blob, from any position on. A source may be read several times.
public protocol BlobSource: Sendable {
    /// `sha256:` and 64 hex digits.
    var digest: String { get }
    /// The number of bytes.
    var size: Int64 { get }

    /// Reads the bytes from a position to the end.
    func reader(from offset: Int64) async throws(OCIError) -> any BlobReader
}

/// Reads a blob in order. One task uses it.
public protocol BlobReader: AnyObject, Sendable {
    /// The next bytes, at most 1 MiB; nil at the end.
    func next() async throws(OCIError) -> [UInt8]?
}

/// A blob in memory, such as the configuration of an image.
public struct BlobBytes: BlobSource {
    private let bytes: [UInt8]
    public let digest: String

    /// A blob of these bytes.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
        digest = "sha256:\(SHA256.hex(bytes))"
    }

    public var size: Int64 { Int64(bytes.count) }

    public func reader(from offset: Int64) async throws(OCIError) -> any BlobReader {
        Reader(bytes[min(bytes.count, Int(offset))...])
    }

    private final class Reader: BlobReader {
        private let rest: Mutex<ArraySlice<UInt8>>

        init(_ rest: ArraySlice<UInt8>) { self.rest = Mutex(rest) }

        func next() async throws(OCIError) -> [UInt8]? {
            rest.withLock { rest in
                let part = rest.prefix(1 << 20)
                rest = rest.dropFirst(part.count)
                return part.isEmpty ? nil : Array(part)
            }
        }
    }
}
