/// The classes of ASCII bytes in the grammars of names. Reading bytes costs a hundredth of a regular expression, which
/// is compiled for each use.
extension UInt8 {
    /// `0` to `9`.
    package var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
    /// `a` to `z`.
    package var isLowerLetter: Bool { self >= UInt8(ascii: "a") && self <= UInt8(ascii: "z") }
    /// `A` to `Z`.
    package var isCapital: Bool { self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") }
    /// A letter or a digit.
    package var isAlphanumeric: Bool { isDigit || isLowerLetter || isCapital }
    /// `0` to `9` and `a` to `f`.
    package var isLowerHexDigit: Bool { isDigit || (self >= UInt8(ascii: "a") && self <= UInt8(ascii: "f")) }
}

extension StringProtocol {
    /// The first capital letter of any script.
    package var firstCapital: Character? {
        // Texts without one are common, and the properties of characters are slow.
        guard utf8.contains(where: { $0.isCapital || $0 >= 0x80 }) else { return nil }
        return first(where: \.isUppercase)
    }

    /// Whether the text contains these bytes, at any position.
    package func contains(bytes: StaticString) -> Bool {
        bytes.withUTF8Buffer { part in
            guard let head = part.first else { return true }
            var rest = utf8[...]
            while let start = rest.firstIndex(of: head) {
                rest = rest[start...]
                if rest.starts(with: part) { return true }
                rest = rest.dropFirst()
            }
            return false
        }
    }
}
