/// What a bucket and a key may be called.
enum S3Names {
    static func check(bucket: String, key: String?) throws(AWSError) {
        let allowed = bucket.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard allowed, (3...255).contains(bucket.utf8.count) else {
            throw AWSError(
                .invalid, "\"\(bucket.prefix(80))\" is no name of a bucket.",
                hint: "Names have 3 to 63 lower-case letters, digits, dots and hyphens.")
        }
        guard let key else { return }
        guard (1...1024).contains(key.utf8.count) else {
            throw AWSError(.invalid, "The key has \(key.utf8.count) bytes; S3 wants 1 to 1024.")
        }
        // These path segments do not survive proxies and HTTP libraries, so the object would be another one.
        guard !key.split(separator: "/").contains(where: { $0 == "." || $0 == ".." }) else {
            throw AWSError(.invalid, "The key \"\(key.prefix(200))\" has a path segment \".\" or \"..\".")
        }
    }

    /// Whether a bucket can stand in front of the host: a dot in it would not fit the certificate.
    static func fitsHost(_ bucket: String, isSecure: Bool) -> Bool {
        guard let first = bucket.utf8.first, let last = bucket.utf8.last, bucket.utf8.count <= 63 else { return false }
        let isPlain = { (byte: UInt8) in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        return isPlain(first) && isPlain(last)
            && bucket.utf8.allSatisfy {
                isPlain($0) || $0 == UInt8(ascii: "-") || (!isSecure && $0 == UInt8(ascii: "."))
            }
    }
}
