/// Cuts UTF-8 text at a limit of bytes, without splitting a character.
public enum TextCut {
    /// The number of bytes from the beginning that fit the limit. An incomplete character at the limit is left out. In
    /// bytes that are not UTF-8, the cut is at the limit.
    public static func length(of bytes: some BidirectionalCollection<UInt8>, limit: Int) -> Int {
        guard bytes.count > limit else { return bytes.count }
        // A character has at most 4 bytes, so its first byte is at most 3 bytes before the limit.
        for distance in 0...min(3, limit) {
            let byte = bytes[bytes.index(bytes.startIndex, offsetBy: limit - distance)]
            if byte & 0b1100_0000 == 0b1000_0000 { continue }
            return distance < limit && distance < size(ofCharacterBeginningWith: byte) ? limit - distance : limit
        }
        return limit
    }

    /// The text in parts of at most `limit` bytes; one empty part for an empty text.
    public static func parts(of text: String, limit: Int) -> [Substring] {
        var parts: [Substring] = []
        var rest = text[...]
        while rest.utf8.count > limit {
            let cut = rest.utf8.index(rest.startIndex, offsetBy: length(of: rest.utf8, limit: limit))
            parts.append(rest[..<cut])
            rest = rest[cut...]
        }
        return parts + [rest]
    }

    private static func size(ofCharacterBeginningWith byte: UInt8) -> Int {
        switch byte {
        case 0xF0...: 4
        case 0xE0...: 3
        case 0xC0...: 2
        default: 1
        }
    }
}
