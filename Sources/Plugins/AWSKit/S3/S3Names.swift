/// Checks names of buckets and keys.
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
                .invalid, "\"\(bucket.prefix(80))\" is not a bucket name.",
                hint: "Names have 3 to 63 lower-case letters, digits, dots and hyphens.")
        }
        guard let key else { return }
        guard (1...1024).contains(key.utf8.count) else {
            throw AWSError(.invalid, "The key has \(key.utf8.count) bytes; S3 allows 1 to 1024.")
        }
        // Proxies and HTTP libraries change these path segments, so the request would reach another object.
        guard !key.split(separator: "/").contains(where: { $0 == "." || $0 == ".." }) else {
            throw AWSError(.invalid, "The key \"\(key.prefix(200))\" has a path segment \".\" or \"..\".")
        }
    }

    /// True if a bucket can precede the host: the certificate does not cover a name with a dot.
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
