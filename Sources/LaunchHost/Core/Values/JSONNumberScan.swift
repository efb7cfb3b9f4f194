import FoundationEssentials

/// Finds the numbers of a JSON text and their positions in the document.
///
/// Foundation reads `1.0` as the integer 1, and writes the number 1.0 as `1`. `JSON` uses this scan in both directions
/// to keep a number with a fraction or an exponent. Foundation reads and writes the text itself. The result for a text
/// that is not JSON is undefined, because the reader reports the error.
struct JSONNumberScan {
    /// The position in a document: a hash of the names of members and the indexes of items on the path to it.
    ///
    /// Its size does not depend on the depth: an untrusted text may be deep and have many numbers. The hash has a
    /// random seed, so a text cannot be made whose positions collide.
    struct PathHash: Hashable {
        private var hash = 0

        /// The position of a member or an item of the value at this position.
        func appending(_ step: String) -> PathHash {
            var hasher = Hasher()
            hasher.combine(hash)
            hasher.combine(step)
            var path = PathHash()
            path.hash = hasher.finalize()
            return path
        }
    }

    private enum Level {
        /// In a list, at the item with this index.
        case list(Int)
        /// In a mapping, with the name of the member that was read last.
        case mapping(Range<Int>?)
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var levels: [Level] = []
    /// The position of the value of each level.
    private var containers: [PathHash] = []

    private init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// Calls `found` for each number, in order, with its range, its text, and a function that returns its position.
    static func numbers(of text: Data, _ found: (_ range: Range<Int>, _ text: String, _ path: () -> PathHash) -> Void) {
        text.withUnsafeBytes { raw in
            var scan = JSONNumberScan(raw.bindMemory(to: UInt8.self))
            while let range = scan.nextNumber() {
                let bytes = scan.bytes
                found(range, String(decoding: bytes[range], as: UTF8.self), scan.pathHash)
            }
        }
    }

    private mutating func nextNumber() -> Range<Int>? {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                let text = string()
                if case .mapping(nil)? = levels.last { levels[levels.count - 1] = .mapping(text) }
            case UInt8(ascii: "["): enter(.list(0))
            case UInt8(ascii: "{"): enter(.mapping(nil))
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                _ = levels.popLast()
                _ = containers.popLast()
                position += 1
            case UInt8(ascii: ","):
                switch levels.last {
                case .list(let item): levels[levels.count - 1] = .list(item + 1)
                case .mapping: levels[levels.count - 1] = .mapping(nil)
                case nil: break
                }
                position += 1
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return number()
            default: position += 1
            }
        }
        return nil
    }

    private mutating func enter(_ level: Level) {
        containers.append(pathHash())
        levels.append(level)
        position += 1
    }

    private mutating func number() -> Range<Int> {
        let start = position
        while position < bytes.count, Self.isOfNumber(bytes[position]) { position += 1 }
        return start..<position
    }

    private static func isOfNumber(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: "+") || byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e")
    }

    /// Consumes a quoted text, and returns the range between the quotes.
    private mutating func string() -> Range<Int> {
        position += 1
        let start = position
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        let end = min(position, bytes.count)
        position = min(position + 1, bytes.count)
        return start..<end
    }

    private func pathHash() -> PathHash {
        guard let level = levels.last, let container = containers.last else { return PathHash() }
        return switch level {
        case .list(let item): container.appending(String(item))
        case .mapping(let name): container.appending(name.map(self.name) ?? "")
        }
    }

    /// The name of a member without escapes.
    private func name(_ range: Range<Int>) -> String {
        let plain = String(decoding: bytes[range], as: UTF8.self)
        guard plain.utf8.contains(UInt8(ascii: "\\")) else { return plain }
        return (try? JSONDecoder().decode(String.self, from: Data("\"\(plain)\"".utf8))) ?? plain
    }
}

extension [any CodingKey] {
    /// The position of an encoder or a decoder.
    var pathHash: JSONNumberScan.PathHash {
        reduce(JSONNumberScan.PathHash()) { path, key in
            // Foundation uses this key for items. The name of a member may be a number too.
            if let item = key.intValue, key.stringValue == "Index \(item)" { return path.appending(String(item)) }
            return path.appending(key.stringValue)
        }
    }
}
