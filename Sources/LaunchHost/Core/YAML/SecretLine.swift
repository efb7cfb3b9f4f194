/// Removes possible passwords from the source lines that messages show.
///
/// The decoder knows which fields are secret, but a misspelt `pasword: …` is not a field.
enum SecretLine {
    private static let words = [
        "passw", "pasw", "passphrase", "pwd", "secret", "token", "credential", "api_key", "api-key", "apikey",
        "access_key", "access-key", "accesskey", "private_key", "private-key",
    ].map { Array($0.utf8) }
    /// Real keys are shorter. The bound keeps the work proportional to the length of the line.
    private static let longestKey = 80

    /// The line with passwords of addresses masked, cut after the first key that sounds like a secret.
    package static func masked(_ line: String) -> String {
        let line = AddressText.masked(line)
        let bytes = Array(line.utf8)
        for colon in bytes.indices where bytes[colon] == UInt8(ascii: ":") {
            let key = key(before: colon, in: bytes)
            guard words.contains(where: { contains(key, $0) }), colon + 1 < bytes.count else { continue }
            return String(decoding: bytes[...colon], as: UTF8.self) + " <hidden>"
        }
        return line
    }

    /// The word before a colon, in lower case and without quotes.
    private static func key(before colon: Int, in bytes: [UInt8]) -> [UInt8] {
        var end = colon
        while end > 0, " \t\"'".utf8.contains(bytes[end - 1]) { end -= 1 }
        let isKeyByte = { (byte: UInt8) in
            let letter = byte | 0x20
            return (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(letter)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "_-".utf8.contains(byte)
        }
        var start = end
        while start > 0, end - start < longestKey, isKeyByte(bytes[start - 1]) { start -= 1 }
        return bytes[start..<end].map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    }

    private static func contains(_ key: [UInt8], _ word: [UInt8]) -> Bool {
        guard key.count >= word.count else { return false }
        return (0...(key.count - word.count)).contains { key[$0...].starts(with: word) }
    }
}
