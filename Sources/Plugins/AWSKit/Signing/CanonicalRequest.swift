import LaunchCrypto

/// A request in the canonical form that both sides compute: it is hashed and signed.
struct CanonicalRequest {
    let text: String
    /// The names of the headers, sorted and joined by `;`.
    let signedHeaders: String

    /// - Parameter plainPath: true for S3: the path has its wire format. Otherwise dot segments and repeated slashes
    ///   are removed, and the path is encoded again.
    init(_ request: SigningRequest, payloadHash: String, plainPath: Bool) {
        let headers = Self.headers(of: request)
        signedHeaders = headers.map(\.name).joined(separator: ";")
        text = [
            request.method, Self.path(request.path, plain: plainPath), Self.query(request.query),
            headers.map { "\($0.name):\($0.value)\n" }.joined(), signedHeaders, payloadHash,
        ].joined(separator: "\n")
    }

    /// The hash of the text, in hexadecimal.
    var hash: String { SHA256.hex(text.utf8) }

    /// Header fields that are never signed: proxies change them, or they differ between attempts.
    private static let unsigned: Set<String> = [
        "amz-sdk-invocation-id", "amz-sdk-request", "authorization", "connection", "expect", "host", "keep-alive",
        "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade", "user-agent",
        "x-amzn-trace-id",
    ]

    /// The names of the headers that a signature of this request covers.
    static func headerNames(of request: SigningRequest) -> String {
        headers(of: request).map(\.name).joined(separator: ";")
    }

    private static func headers(of request: SigningRequest) -> [(name: String, value: String)] {
        var values = ["host": [collapsed(request.host)]]
        for (name, value) in request.headers {
            let name = name.lowercased()
            if !unsigned.contains(name) { values[name, default: []].append(collapsed(value)) }
        }
        return values.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            .map { ($0.key, $0.value.joined(separator: ",")) }
    }

    /// The value without white space at its ends, and with one space for each run of it, also between quotes.
    private static func collapsed(_ value: String) -> String {
        let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        let words = value.utf8.split(whereSeparator: isSpace)
        return String(decoding: Array(words.joined(separator: [0x20])), as: UTF8.self)
    }

    private static func query(_ query: [(name: String, value: String?)]) -> String {
        // Sorted by encoded name, then by value; the encoded text is ASCII.
        query.map { (name: URIEncoding.component($0.name), value: URIEncoding.component($0.value ?? "")) }
            .sorted {
                $0.name == $1.name
                    ? $0.value.utf8.lexicographicallyPrecedes($1.value.utf8)
                    : $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
            }
            .map { "\($0.name)=\($0.value)" }.joined(separator: "&")
    }

    private static func path(_ path: String, plain: Bool) -> String {
        guard !path.isEmpty else { return "/" }
        return plain ? path : URIEncoding.path(normalized(path))
    }

    private static func normalized(_ path: String) -> String {
        var segments: [Substring.UTF8View] = []
        let dot = UInt8(ascii: "."), slash = UInt8(ascii: "/")
        for segment in path[...].utf8.split(separator: slash) where !segment.elementsEqual([dot]) {
            if segment.elementsEqual([dot, dot]) {
                _ = segments.popLast()
            } else {
                segments.append(segment)
            }
        }
        let joined = String(decoding: Array(segments.joined(separator: [slash])), as: UTF8.self)
        return "/\(joined)\(path.utf8.last == slash && !segments.isEmpty ? "/" : "")"
    }
}
