/// Secrets that are known by the words before them, whoever made them: a server may quote a request that this process
/// did not sign, and a tool may print a URL with a password that this process has not read.
enum SecretShapes {
    static func masked(_ text: String) -> String {
        guard isSuspicious(text) else { return text }
        // A URL's password.
        var text = text.replacing(/(:\/\/[^\/\s:@'"]*:)[^\/\s@'"]+@/) { "\($0.output.1)\(SecretMask.mark)@" }
        // Credentials in headers, queries, variables, JSON and XML. The value's form leaves sentences about them alone.
        let named =
            /(?i)((?:security-token|session_?token|secret_?access_?key)(?:["']|\\"|%22)?\s*(?:[:=>]|%3A|%3D)\s*(?:["']|\\")?)[A-Za-z0-9+\/=_.~%-]{16,}/
        text = text.replacing(named) { "\($0.output.1)\(SecretMask.mark)" }
        let authorization =
            /(?i)(authorization(?:["']|\\")?\s*[:=]\s*(?:["']|\\")?(?:basic|bearer|token)\s+)[A-Za-z0-9+\/=_.~-]{6,}/
        text = text.replacing(authorization) { "\($0.output.1)\(SecretMask.mark)" }
        return text.replacing(/(?i)(signature(?:=|%3D))[0-9a-f]{64}/) { "\($0.output.1)\(SecretMask.mark)" }
    }

    /// Whether any of the words is there: one pass without an expression, as almost every text has none.
    private static func isSuspicious(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        var hasURL = false
        for (position, byte) in bytes.enumerated() {
            switch byte {
            case UInt8(ascii: ":"): hasURL = hasURL || isWord("://", bytes, position)
            case UInt8(ascii: "@"): if hasURL { return true }
            case 0x41, 0x61: if isWord("authorization", bytes, position) { return true }
            case 0x53, 0x73:
                for word in ["security-token", "session", "secret", "signature="]
                where isWord(word, bytes, position) { return true }
            default: break
            }
        }
        return false
    }

    private static func isWord(_ word: String, _ bytes: [UInt8], _ position: Int) -> Bool {
        guard position + word.utf8.count <= bytes.count else { return false }
        var place = position
        for letter in word.utf8 {
            let byte = bytes[place]
            guard byte == letter || (0x41...0x5A).contains(byte) && byte | 0x20 == letter else { return false }
            place += 1
        }
        return true
    }
}
