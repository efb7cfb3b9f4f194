public import FoundationEssentials
internal import Synchronization

/// Writes JSON in two formats, and reads JSON.
///
/// A `JSONValue.number` keeps its kind: 1.0 is written as `1.0`, and `1.0` and `1e3` are read as numbers with a
/// fraction.
public enum JSON {
    /// Writes JSON for machines and for comparisons: sorted keys, no white space, slashes not escaped.
    public static func canonicalData(_ value: some Encodable) throws -> Data {
        try encode(value, [.sortedKeys, .withoutEscapingSlashes])
    }

    /// `canonicalData` as text.
    public static func canonical(_ value: some Encodable) throws -> String {
        String(decoding: try canonicalData(value), as: UTF8.self)
    }

    /// Writes JSON for people: sorted keys, indented.
    public static func pretty(_ value: some Encodable) throws -> String {
        String(
            decoding: try encode(value, [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]), as: UTF8.self)
    }

    /// Reads JSON, including the output of `canonicalData` and `pretty`.
    public static func decode<T: Decodable>(_ type: T.Type, from data: Data) throws -> T {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        var places: Set<JSONNumberScan.Place> = []
        JSONNumberScan.numbers(of: data) { _, text, place in
            guard text.contains(where: { ".eE".contains($0) }), let number = Double(text),
                Int64(exactly: number) != nil
            else { return }
            places.insert(place())
        }
        if let key = Places.key, !places.isEmpty { decoder.userInfo[key] = Places(places) }
        return try decoder.decode(type, from: data)
    }

    private static func encode(_ value: some Encodable, _ format: JSONEncoder.OutputFormatting) throws -> Data {
        let places = Places()
        let encoder = JSONEncoder()
        encoder.outputFormatting = format
        encoder.dateEncodingStrategy = .iso8601
        if let key = Places.key { encoder.userInfo[key] = places }
        return places.withFractions(try encoder.encode(value))
    }

    /// Records that the number at the encoder's position has a fraction, possibly `.0`.
    static func noteNumber(at encoder: any Encoder) {
        Places.of(encoder.userInfo)?.add(encoder.codingPath.place)
    }

    /// Whether the number at the decoder's position has a fraction or an exponent in its text.
    static func isNumber(at decoder: any Decoder) -> Bool {
        Places.of(decoder.userInfo)?.contains(decoder.codingPath.place) ?? false
    }
}

/// The positions in one document of whole numbers with a fraction or an exponent.
private final class Places: Sendable {
    static let key = CodingUserInfoKey(rawValue: "launch.places")

    static func of(_ information: [CodingUserInfoKey: Any]) -> Places? {
        key.flatMap { information[$0] } as? Places
    }

    private let places: Mutex<Set<JSONNumberScan.Place>>

    init(_ places: Set<JSONNumberScan.Place> = []) {
        self.places = Mutex(places)
    }

    func add(_ place: JSONNumberScan.Place) {
        places.withLock { _ = $0.insert(place) }
    }

    func contains(_ place: JSONNumberScan.Place) -> Bool { places.withLock { $0.contains(place) } }

    /// The document with `.0` appended to each number at one of the positions that looks like an integer.
    func withFractions(_ document: Data) -> Data {
        let places = places.withLock { $0 }
        guard !places.isEmpty else { return document }
        var ends: [Int] = []
        JSONNumberScan.numbers(of: document) { range, text, place in
            let looksWhole = text.allSatisfy { $0.isNumber || $0 == "-" }
            if looksWhole, places.contains(place()) { ends.append(range.upperBound) }
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
