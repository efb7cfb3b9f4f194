/// Percent-encoding by AWS's rules: everything except the unreserved characters of RFC 3986, in upper-case
/// hexadecimal.
public enum URIEncoding {
    /// A name or value of a query, or one segment of a path.
    public static func component(_ text: String) -> String {
        encode(text, keepingSlash: false)
    }

    /// A path with its slashes: an S3 key on the wire, and the second encoding of other services' paths.
    public static func path(_ text: String) -> String {
        encode(text, keepingSlash: true)
    }

    private static let digits = Array("0123456789ABCDEF".utf8)

    private static func encode(_ text: String, keepingSlash: Bool) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count + 16)
        for byte in text.utf8 {
            if isUnreserved(byte) || (keepingSlash && byte == UInt8(ascii: "/")) {
                result.append(byte)
            } else {
                result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
