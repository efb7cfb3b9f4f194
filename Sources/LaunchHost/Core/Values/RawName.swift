/// Text that keeps every byte of a file's name.
///
/// A file name is a sequence of bytes. A Swift string cannot contain bytes that are not UTF-8, and it treats two
/// spellings of a letter as equal that are different names: `é` as one character, and as `e` with an accent. A raw name
/// therefore keeps ASCII and replaces each other byte by a character of a private range of Unicode. Raw names can be
/// compared and split like any string, byte for byte. They are for the program only; `shown` converts them for people.
package enum RawName {
    /// The offset between a byte and its character. Real file names do not contain such characters by chance; if a name
    /// does, their bytes are escaped like any others.
    private static let offset: UInt32 = 0x10_F700
    private static let escaped: ClosedRange<UInt32> = (offset + 0x80)...(offset + 0xff)

    /// The raw name of a sequence of bytes.
    package static func text(_ bytes: some Sequence<UInt8>) -> String {
        let bytes = Array(bytes)
        guard bytes.contains(where: { $0 >= 0x80 }) else { return String(decoding: bytes, as: UTF8.self) }
        var text = String.UnicodeScalarView()
        for byte in bytes {
            if byte < 0x80 {
                text.append(Unicode.Scalar(byte))
            } else if let scalar = Unicode.Scalar(offset + UInt32(byte)) {
                text.append(scalar)
            }
        }
        return String(text)
    }

    /// The raw name of a name as the user writes it. A raw name is returned unchanged.
    package static func text(of name: String) -> String { text(bytes(name)) }

    /// The bytes of a raw name, of a plain name, or of a path that contains both.
    package static func bytes(_ text: String) -> [UInt8] {
        guard mayBeRaw(text) else { return Array(text.utf8) }
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            if escaped.contains(scalar.value) {
                bytes.append(UInt8(truncatingIfNeeded: scalar.value - offset))
            } else {
                bytes.append(contentsOf: String(scalar).utf8)
            }
        }
        return bytes
    }

    /// The name as text; nil if it is not UTF-8.
    package static func utf8(_ text: String) -> String? {
        mayBeRaw(text) ? String(validating: bytes(text), as: UTF8.self) : text
    }

    /// The name, or a sentence that contains names, for people. A byte that is not UTF-8 is written as `\xNN`.
    package static func shown(_ text: String) -> String {
        guard mayBeRaw(text) else { return text }
        let bytes = bytes(text)
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        var shown = ""
        var rest = bytes[...]
        while let first = rest.first {
            // A character has at most 4 bytes.
            let length = (1...4).first { $0 <= rest.count && String(validating: rest.prefix($0), as: UTF8.self) != nil }
            if let length {
                shown += String(decoding: rest.prefix(length), as: UTF8.self)
                rest = rest.dropFirst(length)
            } else {
                let digits = String(first, radix: 16)
                shown += "\\x\(digits.count < 2 ? "0" : "")\(digits)"
                rest = rest.dropFirst()
            }
        }
        return shown
    }

    /// Calls `body` with the bytes of the path, as system calls take them.
    /// - Parameter isRaw: false for a path that is plain text.
    package static func withPath<T>(_ text: String, isRaw: Bool = true, _ body: (UnsafePointer<CChar>) -> T) -> T {
        guard isRaw, mayBeRaw(text) else { return text.withCString(body) }
        let bytes = bytes(text).map { CChar(bitPattern: $0) } + [0]
        return bytes.withUnsafeBufferPointer { buffer in
            guard let path = buffer.baseAddress else { return text.withCString(body) }
            return body(path)
        }
    }

    /// In UTF-8, all characters of the range begin with this byte.
    private static func mayBeRaw(_ text: String) -> Bool { text.utf8.contains(0xf4) }
}
