import Foundation

/// A secret that a test placed somewhere, and all forms in which it can be found.
struct Plant: Sendable, Hashable {
    /// The place, for the report.
    let place: String
    let value: String

    /// A new value with characters that encodings change.
    static func new(_ place: String) -> Plant {
        Plant(place: place, value: "planted/\(UUID().uuidString)+x=")
    }

    /// The value itself, and in the forms of programs: percent encoding, JSON, base64 at each offset in both alphabets.
    var spellings: [Data] {
        var texts: Set<String> = [value]
        let unreserved = CharacterSet(
            charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        if let encoded = value.addingPercentEncoding(withAllowedCharacters: unreserved) {
            texts.insert(encoded)
            texts.insert(encoded.replacingOccurrences(of: "%2F", with: "%2f"))
            texts.insert(encoded.replacingOccurrences(of: "%2F", with: "/"))
        }
        let json = value.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"")
        texts.insert(json)
        texts.insert(json.replacingOccurrences(of: "/", with: "\\/"))
        for offset in 0..<3 {
            // Whole groups of three bytes do not depend on the following bytes.
            let bytes = Array(value.utf8.dropFirst((3 - offset) % 3))
            let whole = Data(bytes.prefix(bytes.count / 3 * 3)).base64EncodedString()
            guard whole.count >= 8 else { continue }
            texts.insert(whole)
            texts.insert(
                whole.replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_"))
        }
        return texts.map { Data($0.utf8) }
    }
}
