import CLaunchCrypto

/// Cryptographically secure random bytes, by OpenSSL's libcrypto.
public enum SecureRandom {
    /// The given number of random bytes. Throws if the system provides no randomness.
    public static func bytes(_ count: Int) throws(CryptoError) -> [UInt8] {
        guard count > 0 else { return [] }
        guard let size = Int32(exactly: count) else { throw CryptoError("too many random bytes asked for: \(count)") }
        var bytes = [UInt8](repeating: 0, count: count)
        guard RAND_bytes(&bytes, size) == 1 else { throw CryptoError("the system gives no random bytes") }
        return bytes
    }
}
