/// The meaning of an unquoted text by the core schema of YAML 1.2, in which `no`, `on` and `1_000` are text.
package enum Scalar {
    /// The value of an unquoted text.
    ///
    /// Numbers that `problem(ofPlain:)` rejects become text.
    package static func value(ofPlain text: String) -> JSONValue {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: break
        }
        // Most texts are words, so they are not parsed as numbers.
        guard isShort(text), let first = text.utf8.first, isNumberStart(first), !looksOctal(text) else {
            return .string(text)
        }
        if let whole = wholeNumber(text) { return .integer(whole) }
        if isFloat(text), !isWhole(text), let number = Double(text), number.isFinite { return .number(number) }
        return .string(text)
    }

    /// Why an unquoted text is not allowed in a document, and what to write instead; nil if it is allowed.
    package static func problem(ofPlain text: String) -> (message: String, hint: String)? {
        guard isShort(text), let first = text.utf8.first, isNumberStart(first) else { return nil }
        if looksOctal(text) {
            let digits = text.drop { "+-".contains($0) }.drop { $0 == "0" }
            let sign = text.hasPrefix("-") ? "-" : ""
            let plain = sign + (digits.isEmpty ? "0" : digits)
            // YAML 1.2 allows no sign before an octal number.
            let isOctal = sign.isEmpty && !text.hasPrefix("+") && !digits.isEmpty && digits.allSatisfy { $0 < "8" }
            let octal = isOctal ? ", 0o\(digits) for octal" : ""
            return (
                "the number \(text) begins with a zero: YAML 1.1 reads it as octal, YAML 1.2 as decimal",
                "write \(plain) for decimal\(octal), or \"\(text)\" in quotes for text"
            )
        }
        if isWhole(text), wholeNumber(text) == nil {
            return ("the number \(Wording.shortened(text)) does not fit 64 bits", "put it in quotes if it is text")
        }
        let unsigned = text.drop { "+-".contains($0) }
        if [".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"].contains(String(unsigned)) {
            return ("\(text) is not a number in JSON", "put it in quotes if it is text")
        }
        if !isWhole(text), isFloat(text), Double(text)?.isFinite != true {
            return ("the number \(Wording.shortened(text)) is too large", "put it in quotes if it is text")
        }
        return nil
    }

    /// No number is longer. Matching a pattern against a megabyte is slow.
    private static func isShort(_ text: String) -> Bool { text.utf8.count <= 500 }

    private static func isNumberStart(_ byte: UInt8) -> Bool {
        isDigit(byte) || "+-.".utf8.contains(byte)
    }

    // These functions run for every value that begins like a number. Patterns would take most of the time of a large
    // file.
    private static func looksOctal(_ text: String) -> Bool {
        let digits = unsigned(text)
        return digits.count > 1 && digits.first == UInt8(ascii: "0") && digits.allSatisfy(isDigit)
    }

    private static func isWhole(_ text: String) -> Bool {
        let digits = unsigned(text)
        if !digits.isEmpty, digits.allSatisfy(isDigit) { return true }
        return text.hasPrefix("0") && text.wholeMatch(of: /0o[0-7]+|0x[0-9a-fA-F]+/) != nil
    }

    private static func unsigned(_ text: String) -> Substring.UTF8View {
        let signed = text.utf8.first == UInt8(ascii: "+") || text.utf8.first == UInt8(ascii: "-")
        return text.utf8.dropFirst(signed ? 1 : 0)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isFloat(_ text: String) -> Bool {
        text.wholeMatch(of: /[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?/) != nil
    }

    private static func wholeNumber(_ text: String) -> Int64? {
        guard isWhole(text) else { return nil }
        if text.hasPrefix("0o") { return Int64(text.dropFirst(2), radix: 8) }
        if text.hasPrefix("0x") { return Int64(text.dropFirst(2), radix: 16) }
        return Int64(text)
    }
}
