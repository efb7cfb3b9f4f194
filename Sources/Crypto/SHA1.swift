import CCrypto

/// SHA-1, by OpenSSL's libcrypto. Not for security: AWS's tools name the files of their login cache by it, and nothing
/// else here may use it.
public enum SHA1 {
    /// The hash of some bytes as 40 lower-case hexadecimal digits.
    public static func hex(_ bytes: some Sequence<UInt8>) -> String {
        let bytes = Array(bytes)
        var digest = [UInt8](repeating: 0, count: 20)
        let done = EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha1(), nil)
        // Fails only when OpenSSL has no memory or no SHA-1; going on would name a wrong file.
        precondition(done == 1, "libcrypto cannot compute SHA-1")
        return Hex.encode(digest)
    }
}
