import CLaunchCrypto
import Glibc

/// SHA-256 of a whole value or of a sequence of updates, by OpenSSL's libcrypto.
public struct SHA256: ~Copyable {
    // OpenSSL allocates the state. Only this value owns the pointer.
    private let context: OpaquePointer?

    /// Starts an empty hash.
    public init() {
        context = EVP_MD_CTX_new()
        EVP_DigestInit_ex(context, EVP_sha256(), nil)
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    /// Adds bytes.
    public mutating func update(_ bytes: some Sequence<UInt8>) {
        let hashed: Void? = bytes.withContiguousStorageIfAvailable { bytes in
            _ = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
        }
        if hashed == nil {
            let copy = Array(bytes)
            EVP_DigestUpdate(context, copy, copy.count)
        }
    }

    /// The 32-byte hash of all added bytes.
    public consuming func finalize() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        let done = EVP_DigestFinal_ex(context, &digest, nil)
        // Fails only if OpenSSL has no memory or no SHA-256. Continuing would produce a wrong hash.
        precondition(done == 1, "libcrypto cannot compute SHA-256")
        return digest
    }

    /// The 32-byte hash of the bytes.
    public static func hash(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finalize()
    }

    /// The hash of the bytes as 64 lower-case hexadecimal digits.
    public static func hex(_ bytes: some Sequence<UInt8>) -> String {
        Hex.encode(hash(bytes))
    }

    /// The 32-byte hash of a file, which is read in pieces of 256 KiB. Blocks the thread. Throws `CryptoError`.
    public static func file(_ path: String) throws(CryptoError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw CryptoError("cannot open \(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var hash = SHA256()
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw CryptoError("cannot read \(path): \(String(cString: strerror(errno)))") }
            if count == 0 { return hash.finalize() }
            hash.update(buffer.prefix(count))
        }
    }
}
