public import FoundationEssentials
internal import Synchronization

/// Writes JSON in two formats, and reads JSON.
///
/// A `JSONValue.number` keeps its kind: 1.0 is written as `1.0`, and `1.0` and `1e3` are read as numbers with a
/// fraction.
public enum JSON {
    /// Writes JSON for machines and for comparisons: sorted keys, no white space, slashes not escaped.
    public static func canonicalData(_ value: some Encodable) throws -> Data {
        if let text = canonicalText(value) { return Data(text) }
        return try canonicalByFoundation(value)
    }

    /// What Foundation writes. It decides about everything that the faster writer leaves.
    static func canonicalByFoundation(_ value: some Encodable) throws -> Data {
        try encode(value, [.sortedKeys, .withoutEscapingSlashes])
    }

    /// `canonicalData` as text.
    public static func canonical(_ value: some Encodable) throws -> String {
        if let text = canonicalText(value) { return String(decoding: text, as: UTF8.self) }
        return String(decoding: try canonicalData(value), as: UTF8.self)
    }

    private static func canonicalText(_ value: some Encodable) -> [UInt8]? {
        (try? JSONTreeEncoder.tree(of: value)).flatMap { JSONText.canonical($0) }
    }

    /// Writes JSON for people: sorted keys, indented.
    public static func pretty(_ value: some Encodable) throws -> String {
        String(
            decoding: try encode(value, [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]), as: UTF8.self)
    }

    /// Reads JSON, including the output of `canonicalData` and `pretty`.
    public static func decode<T: Decodable>(_ type: T.Type, from data: Data) throws -> T {
        if let value = data.withUnsafeBytes({ JSONText.value(of: $0, keepsFractions: true) }),
            let decoded = JSONTreeDecoder.decode(type, from: value)
        {
            return decoded
        }
        return try decodeByFoundation(type, from: data)
    }

    /// What Foundation reads. It decides about everything that the faster readers leave.
    static func decodeByFoundation<T: Decodable>(_ type: T.Type, from data: Data) throws -> T {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        var positions: Set<JSONNumberScan.PathHash> = []
        JSONNumberScan.numbers(of: data) { _, text, path in
            guard text.contains(where: { ".eE".contains($0) }), let number = Double(text),
                Int64(exactly: number) != nil
            else { return }
            positions.insert(path())
        }
        if let key = FractionPositions.key, !positions.isEmpty { decoder.userInfo[key] = FractionPositions(positions) }
        return try decoder.decode(type, from: data)
    }

    private static func encode(_ value: some Encodable, _ format: JSONEncoder.OutputFormatting) throws -> Data {
        let positions = FractionPositions()
        let encoder = JSONEncoder()
        encoder.outputFormatting = format
        encoder.dateEncodingStrategy = .iso8601
        if let key = FractionPositions.key { encoder.userInfo[key] = positions }
        return positions.withFractions(try encoder.encode(value))
    }

    /// Records that the number at the encoder's position has a fraction, possibly `.0`.
    static func noteNumber(at encoder: any Encoder) {
        FractionPositions.of(encoder.userInfo)?.add(encoder.codingPath.pathHash)
    }

    /// Whether the number at the decoder's position has a fraction or an exponent in its text.
    static func isNumber(at decoder: any Decoder) -> Bool {
        FractionPositions.of(decoder.userInfo)?.contains(decoder.codingPath.pathHash) ?? false
    }
}

/// The positions in one document of whole numbers with a fraction or an exponent.
private final class FractionPositions: Sendable {
    static let key = CodingUserInfoKey(rawValue: "launch.fractions")

    static func of(_ information: [CodingUserInfoKey: Any]) -> FractionPositions? {
        key.flatMap { information[$0] } as? FractionPositions
    }

    private let positions: Mutex<Set<JSONNumberScan.PathHash>>

    init(_ positions: Set<JSONNumberScan.PathHash> = []) {
        self.positions = Mutex(positions)
    }

    func add(_ path: JSONNumberScan.PathHash) {
        positions.withLock { _ = $0.insert(path) }
    }

    func contains(_ path: JSONNumberScan.PathHash) -> Bool { positions.withLock { $0.contains(path) } }

    /// The document with `.0` appended to each number at one of the positions that looks like an integer.
    func withFractions(_ document: Data) -> Data {
        let positions = positions.withLock { $0 }
        guard !positions.isEmpty else { return document }
        var ends: [Int] = []
        JSONNumberScan.numbers(of: document) { range, text, path in
            let looksWhole = text.allSatisfy { $0.isNumber || $0 == "-" }
            if looksWhole, positions.contains(path()) { ends.append(range.upperBound) }
        }
        var written = Data()
        var start = 0
        for end in ends {
            written += document[start..<end] + Data(".0".utf8)
            start = end
        }
        return written + document[start...]
    }
}
