/// Percent-encoding for the engine's paths and queries.
enum URLText {
    /// A text as one path component or query value: everything except letters, digits and `-._~` is encoded.
    static func encoded(_ text: String) -> String { encoded(text.utf8) }

    /// The same for bytes that may not be UTF-8.
    static func encoded(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789ABCDEF")
        var result = ""
        for byte in bytes {
            let scalar = Unicode.Scalar(byte)
            let isPlain =
                scalar.isASCII
                && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                    || "-._~".unicodeScalars.contains(scalar))
            if isPlain {
                result.unicodeScalars.append(scalar)
            } else {
                result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
        return result
    }

    /// `?a=b&c=d`, or an empty string. Parameters without a value are omitted.
    static func query(_ parameters: [(String, String?)]) -> String {
        let parts = parameters.compactMap { name, value in value.map { "\(name)=\(encoded($0))" } }
        return parts.isEmpty ? "" : "?\(parts.joined(separator: "&"))"
    }
}
