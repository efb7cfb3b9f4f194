import CLaunchCrypto

/// SHA-1, by OpenSSL's libcrypto. Not for security. Its only use is the file names of the AWS CLI's login cache.
public enum SHA1 {
    /// The hash of the bytes as 40 lower-case hexadecimal digits.
    public static func hex(_ bytes: some Sequence<UInt8>) -> String {
        let bytes = Array(bytes)
        var digest = [UInt8](repeating: 0, count: 20)
        let done = EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha1(), nil)
        // Fails only if OpenSSL has no memory or no SHA-1. Continuing would produce a wrong file name.
        precondition(done == 1, "libcrypto cannot compute SHA-1")
        return Hex.encode(digest)
    }
}
