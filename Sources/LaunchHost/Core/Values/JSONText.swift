/// Writes and reads the JSON text of a `JSONValue` in one pass over its bytes: a tenth of the work of Foundation's
/// coders, which make a container and a path for each member.
///
/// Both give exactly what Foundation gives, or nil: for text that is not valid, or that is rare and whose meaning
/// Foundation decides, such as repeated members, surrogates and numbers at the limits of their types.
enum JSONText {
    // MARK: writing

    /// The canonical text: sorted keys, no white space, slashes not escaped.
    static func canonical(_ value: JSONValue) -> [UInt8]? {
        var text: [UInt8] = []
        text.reserveCapacity(512)
        return write(value, depth: 0, to: &text) ? text : nil
    }

    private static func write(_ value: JSONValue, depth: Int, to text: inout [UInt8]) -> Bool {
        guard depth < JSONValue.depthLimit else { return false }
        switch value {
        case .null: text += "null".utf8
        case .bool(let flag): text += (flag ? "true" : "false").utf8
        case .integer(let whole): text += String(whole).utf8
        case .number(let number):
            guard number.isFinite else { return false }
            text += number.description.utf8
        case .string(let string): write(string, to: &text)
        case .array(let items):
            text.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                guard write(item, depth: depth + 1, to: &text) else { return false }
            }
            text.append(UInt8(ascii: "]"))
        case .object(let members):
            // Of other names, Foundation decides the order.
            guard members.keys.allSatisfy({ $0.utf8.allSatisfy { $0 < 0x80 } }) else { return false }
            text.append(UInt8(ascii: "{"))
            for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                write(member.key, to: &text)
                text.append(UInt8(ascii: ":"))
                guard write(member.value, depth: depth + 1, to: &text) else { return false }
            }
            text.append(UInt8(ascii: "}"))
        }
        return true
    }

    private static func write(_ string: String, to text: inout [UInt8]) {
        var string = string
        text.append(UInt8(ascii: "\""))
        string.withUTF8 { bytes in
            var start = 0
            for (index, byte) in bytes.enumerated() where isEscaped(byte) {
                text += bytes[start..<index]
                text += escape(byte).utf8
                start = index + 1
            }
            text += bytes[start...]
        }
        text.append(UInt8(ascii: "\""))
    }

    private static func isEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private static func escape(_ byte: UInt8) -> String {
        switch byte {
        case UInt8(ascii: "\""): "\\\""
        case UInt8(ascii: "\\"): "\\\\"
        case 0x08: "\\b"
        case 0x09: "\\t"
        case 0x0A: "\\n"
        case 0x0C: "\\f"
        case 0x0D: "\\r"
        case 0..<0x10: "\\u000\(String(byte, radix: 16))"
        default: "\\u00\(String(byte, radix: 16))"
        }
    }

    // MARK: reading

    /// The value of a text.
    /// - Parameter keepsFractions: whether a whole number with a fraction or an exponent is a `number`, as `JSON.decode`
    ///   reads it. Otherwise it is an `integer`, as `JSONDecoder` reads it.
    static func value(of text: UnsafeRawBufferPointer, keepsFractions: Bool) -> JSONValue? {
        // A mark of an encoding, or another encoding than UTF-8.
        guard let first = text.first, first < 0x80, !text.prefix(4).contains(0) else { return nil }
        var reader = Reader(bytes: text.bindMemory(to: UInt8.self), keepsFractions: keepsFractions)
        guard let value = reader.value(depth: 0) else { return nil }
        reader.skipSpace()
        return reader.position == text.count ? value : nil
    }

    private struct Reader {
        let bytes: UnsafeBufferPointer<UInt8>
        let keepsFractions: Bool
        var position = 0

        private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

        mutating func skipSpace() {
            while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
        }

        private mutating func take(_ byte: UInt8) -> Bool {
            guard next == byte else { return false }
            position += 1
            return true
        }

        private mutating func take(_ word: StaticString) -> Bool {
            word.withUTF8Buffer { word in
                guard bytes.count - position >= word.count,
                    bytes[position..<position + word.count].elementsEqual(word)
                else { return false }
                position += word.count
                return true
            }
        }

        mutating func value(depth: Int) -> JSONValue? {
            guard depth < JSONValue.depthLimit else { return nil }
            skipSpace()
            switch next {
            case UInt8(ascii: "\""): return string().map { .string($0) }
            case UInt8(ascii: "{"): return object(depth: depth)
            case UInt8(ascii: "["): return array(depth: depth)
            case UInt8(ascii: "t"): return take("true") ? .bool(true) : nil
            case UInt8(ascii: "f"): return take("false") ? .bool(false) : nil
            case UInt8(ascii: "n"): return take("null") ? .null : nil
            default: return number()
            }
        }

        private mutating func object(depth: Int) -> JSONValue? {
            position += 1
            var members: [String: JSONValue] = [:]
            skipSpace()
            if take(UInt8(ascii: "}")) { return .object(members) }
            while true {
                skipSpace()
                guard let name = string() else { return nil }
                skipSpace()
                guard take(UInt8(ascii: ":")), let value = value(depth: depth + 1),
                    members.updateValue(value, forKey: name) == nil
                else { return nil }
                skipSpace()
                if take(UInt8(ascii: "}")) { return .object(members) }
                guard take(UInt8(ascii: ",")) else { return nil }
            }
        }

        private mutating func array(depth: Int) -> JSONValue? {
            position += 1
            var items: [JSONValue] = []
            skipSpace()
            if take(UInt8(ascii: "]")) { return .array(items) }
            while true {
                guard let item = value(depth: depth + 1) else { return nil }
                items.append(item)
                skipSpace()
                if take(UInt8(ascii: "]")) { return .array(items) }
                guard take(UInt8(ascii: ",")) else { return nil }
            }
        }

        private mutating func string() -> String? {
            guard take(UInt8(ascii: "\"")) else { return nil }
            let start = position
            while let byte = next {
                switch byte {
                case UInt8(ascii: "\""):
                    position += 1
                    return String(validating: bytes[start..<position - 1], as: UTF8.self)
                case UInt8(ascii: "\\"): return escaped(from: start)
                case 0..<0x20: return nil
                default: position += 1
                }
            }
            return nil
        }

        /// The rest of a text with an escape at the present position.
        private mutating func escaped(from start: Int) -> String? {
            var text = Array(bytes[start..<position])
            while let byte = next {
                position += 1
                switch byte {
                case UInt8(ascii: "\""): return String(validating: text, as: UTF8.self)
                case UInt8(ascii: "\\"):
                    guard let escape = next else { return nil }
                    position += 1
                    switch escape {
                    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(escape)
                    case UInt8(ascii: "b"): text.append(0x08)
                    case UInt8(ascii: "f"): text.append(0x0C)
                    case UInt8(ascii: "n"): text.append(0x0A)
                    case UInt8(ascii: "r"): text.append(0x0D)
                    case UInt8(ascii: "t"): text.append(0x09)
                    case UInt8(ascii: "u"):
                        guard let scalar = scalar() else { return nil }
                        text += String(Character(scalar)).utf8
                    default: return nil
                    }
                case 0..<0x20: return nil
                default: text.append(byte)
                }
            }
            return nil
        }

        /// The scalar of four hex digits; nil for zero and for half of a pair.
        private mutating func scalar() -> Unicode.Scalar? {
            guard bytes.count - position >= 4 else { return nil }
            var value: UInt32 = 0
            for byte in bytes[position..<position + 4] {
                guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else { return nil }
                value = value << 4 | UInt32(digit)
            }
            position += 4
            return value == 0 ? nil : Unicode.Scalar(value)
        }

        private mutating func number() -> JSONValue? {
            let start = position
            _ = take(UInt8(ascii: "-"))
            let whole = digits()
            // Without leading zeros, and short enough for every type.
            guard (1...15).contains(whole.count), whole.count == 1 || bytes[whole.lowerBound] != UInt8(ascii: "0")
            else { return nil }
            guard let byte = next, byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e") else {
                let text = String(decoding: bytes[start..<position], as: UTF8.self)
                guard text != "-0", let number = Int64(text) else { return nil }
                return .integer(number)
            }
            if take(UInt8(ascii: ".")), digits().isEmpty { return nil }
            if let byte = next, byte | 0x20 == UInt8(ascii: "e") {
                position += 1
                if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
                if !(1...2).contains(digits().count) { return nil }
            }
            let text = String(decoding: bytes[start..<position], as: UTF8.self)
            guard text.utf8.count <= 32, let number = Double(text), number.isFinite, number != 0 else { return nil }
            if !keepsFractions, let whole = Int64(exactly: number) {
                // Above, several whole numbers have one floating-point number.
                return whole.magnitude < 1 << 53 ? .integer(whole) : nil
            }
            return .number(number)
        }

        private mutating func digits() -> Range<Int> {
            let start = position
            while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
            return start..<position
        }
    }
}
