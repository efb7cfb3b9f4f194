/// A parameter of a statement. The server infers its type from the statement; `$1::bigint` states it.
public enum PQValue: Sendable, Hashable {
    case null
    case integer(Int64)
    /// Text, or any other value in PostgreSQL's text form, such as JSON. It must not contain the character U+0000.
    case text(String)
    /// A value of type `bytea`.
    case bytes([UInt8])

    /// The text, or NULL for nil.
    public static func text(_ text: String?) -> PQValue { text.map { .text($0) } ?? .null }

    /// The number, or NULL for nil.
    public static func integer(_ number: Int64?) -> PQValue { number.map { .integer($0) } ?? .null }

    /// A number.
    public static func integer(_ number: Int) -> PQValue { .integer(Int64(number)) }

    /// A value of type `boolean`.
    public static func flag(_ flag: Bool) -> PQValue { .text(flag ? "t" : "f") }

    /// An array, for `$1::text[]`. A nil element is NULL.
    public static func array(_ elements: [String?]) -> PQValue {
        var bytes = Array("{".utf8)
        for (index, element) in elements.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            guard let element else {
                bytes += "NULL".utf8
                continue
            }
            // By bytes: a quotation mark before a combining character is not a character of its own.
            bytes.append(UInt8(ascii: "\""))
            for byte in element.utf8 {
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
                bytes.append(byte)
            }
            bytes.append(UInt8(ascii: "\""))
        }
        return .text(String(decoding: bytes + "}".utf8, as: UTF8.self))
    }

    /// An array, for `$1::bigint[]`. A nil element is NULL.
    public static func array(_ elements: [Int64?]) -> PQValue {
        .text("{" + elements.map { $0.map { "\($0)" } ?? "NULL" }.joined(separator: ",") + "}")
    }
}
