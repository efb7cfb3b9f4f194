import CLaunchCrypto

/// HMAC with SHA-256, by OpenSSL's libcrypto.
public enum HMACSHA256 {
    /// The 32-byte authentication code of a message. The key may have any length.
    public static func authenticate(_ message: some Sequence<UInt8>, key: some Sequence<UInt8>) -> [UInt8] {
        let key = Array(key)
        let message = Array(message)
        var code = [UInt8](repeating: 0, count: 32)
        let result = HMAC(EVP_sha256(), key, Int32(clamping: key.count), message, message.count, &code, nil)
        // Fails only if OpenSSL has no memory or no SHA-256. Continuing would produce a wrong signature.
        precondition(result != nil, "libcrypto cannot compute HMAC-SHA-256")
        return code
    }
}
