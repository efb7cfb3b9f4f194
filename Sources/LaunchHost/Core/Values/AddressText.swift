/// Addresses in messages, without the passwords that users write into them.
package enum AddressText {
    /// The text with `***` for the password of each `user:password@`, with or without a scheme before it. A user
    /// without a password in a URL is hidden too, because it is often a token; the user of an ssh address is not.
    package static func masked(_ text: String) -> String {
        let bytes = Array(text.utf8)
        guard bytes.contains(at) else { return text }
        var masked: [UInt8] = []
        var start = 0
        for position in 0...bytes.count where position == bytes.count || isEnd(bytes[position]) {
            masked += word(bytes[start..<position], after: masked)
            if position < bytes.count { masked.append(bytes[position]) }
            start = position + 1
        }
        return String(decoding: masked, as: UTF8.self)
    }

    private static let at = UInt8(ascii: "@")
    private static let mask = Array("***".utf8)

    /// A word without its password. A password may contain `@`, so it ends at the last one.
    private static func word(_ word: ArraySlice<UInt8>, after text: [UInt8]) -> [UInt8] {
        guard let end = word.lastIndex(of: at), !word[(end + 1)...].starts(with: "sha256:".utf8) else {
            return Array(word)
        }
        if let colon = word[..<end].firstIndex(of: UInt8(ascii: ":")) {
            return colon + 1 < end ? word[...colon] + mask + word[end...] : Array(word)
        }
        let isURL = text.suffix(3).elementsEqual("://".utf8) && !text.suffix(6).elementsEqual("ssh://".utf8)
        return isURL && end > word.startIndex ? mask + word[end...] : Array(word)
    }

    /// Whether a byte cannot be in a user's name: a space, a quote, or the end of a scheme.
    private static func isEnd(_ byte: UInt8) -> Bool {
        byte <= 0x20 || "/\"'`(,[{".utf8.contains(byte)
    }
}
