/// The header lines of a request in libcurl's notation.
enum RequestHeaders {
    /// Throws for fields that would end the header section early or inject another field.
    static func check(_ headers: HTTPHeaders, host: String) throws(HTTPError) {
        for (name, value) in headers.fields {
            guard !name.isEmpty, name.utf8.allSatisfy(isNameByte) else {
                throw HTTPError(
                    .badRequest, "a header name is empty or contains a character that is not allowed", host: host)
            }
            guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }) else {
                throw HTTPError(
                    .badRequest, "the header \(name) contains a line break or a control character", host: host)
            }
        }
    }

    /// The header lines for libcurl.
    static func lines(_ headers: HTTPHeaders, userAgent: String) -> [String] {
        var lines: [String] = []
        for (name, value) in headers.fields where !HTTPHeaders.same(name, "content-length") {
            // For libcurl, "Name:" omits the field and "Name;" sends it empty.
            lines.append(value.allSatisfy { $0 == " " || $0 == "\t" } ? "\(name);" : "\(name): \(value)")
        }
        if headers["User-Agent"] == nil { lines.append("User-Agent: \(userAgent)") }
        // Without this, libcurl sends "Expect: 100-continue" before a larger body, and waits 1 s if the server ignores
        // it.
        if headers["Expect"] == nil { lines.append("Expect:") }
        return lines
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default:
            "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
