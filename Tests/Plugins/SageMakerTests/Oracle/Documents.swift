import LaunchHost

@testable import LaunchSageMaker

/// Random documents that the model allows: all members, all levels of nesting, and texts that are difficult to encode.
/// The same seed gives the same documents.
struct Documents {
    /// Members that botocore 1.43.11 does not know yet.
    private static let newer: Set = [
        "InstancePreferences", "SelectedInstanceType", "SelectedInstanceCount", "SequenceLength",
    ]
    /// Members for which botocore 1.43.11 requires more than the model.
    private static let stricter: [String: Int64] = ["MaxPendingTimeInSeconds": 7200]
    private static let pieces = [
        "a", "Z", "0", " ", "/", "\\", "\"", "'", "<&>", ":", ",", "{[", "}]", "\n", "\r", "\t", "\u{8}", "\u{c}",
        "\u{0}",
        "\u{1}", "\u{1b}", "\u{1f}", "\u{7f}", "\u{80}", "ü", "é", "e\u{301}", "ß", "中文", "\u{2028}", "\u{2029}",
        "\u{feff}",
        "\u{fffd}", "😀", "👩🏽‍🔬", "\u{10ffff}", "\\u00e9", "%C3%BC", "${run_id}",
    ]

    private let model: ServiceModel
    private var state: UInt64

    init(_ model: ServiceModel, seed: UInt64) {
        self.model = model
        state = seed
    }

    /// The next document. It contains `share` percent of the optional members.
    mutating func next(share: Int) -> JSONValue {
        value(of: 0, share: share, depth: 0)
    }

    private mutating func value(of place: Int, share: Int, depth: Int) -> JSONValue {
        switch model.shapes[place].kind {
        case .structure(let structure):
            var members: [String: JSONValue] = [:]
            for name in structure.names where !Self.newer.contains(name) {
                guard let shape = structure.members[name],
                    structure.required.contains(name) || below(100) < share && depth < 8
                else { continue }
                members[name] = value(of: shape, share: share, depth: depth + 1)
            }
            return .object(members)
        case .list(let item, let bounds):
            return .array((0..<count(bounds)).map { _ in value(of: item, share: share, depth: depth + 1) })
        case .map(let key, let shape, let bounds):
            var members: [String: JSONValue] = [:]
            for _ in 0..<count(bounds) {
                guard case .string(let name) = value(of: key, share: share, depth: depth + 1) else { continue }
                members[name] = value(of: shape, share: share, depth: depth + 1)
            }
            return .object(members)
        case .text(let text):
            return .string(text.words.isEmpty ? self.text(text.length) : text.words[below(text.words.count)])
        case .integer(let bounds):
            let least = Self.stricter[model.shapes[place].name] ?? bounds.least ?? -1_000_000
            let most = max(least, bounds.most ?? 9_007_199_254_740_993)
            return .integer([least, most, least + (most - least) / 3][below(3)])
        case .number: return .number(Double(below(1000)) / 8)
        case .flag: return .bool(below(2) == 1)
        case .other: return .string("other")
        }
    }

    private mutating func count(_ bounds: Shape.Bounds) -> Int {
        let least = Int(bounds.least ?? 0)
        return least + below(min(3, Int(bounds.most ?? 3) - least) + 1)
    }

    /// A length, mostly short, sometimes the maximum.
    private mutating func text(_ bounds: Shape.Bounds) -> String {
        let least = Int(bounds.least ?? 0)
        let most = max(least, min(Int(bounds.most ?? 3000), 3000))
        let length = below(10) == 0 ? most : min(most, least + below(12))
        var scalars = String.UnicodeScalarView()
        while scalars.count < length {
            scalars.append(contentsOf: Self.pieces[below(Self.pieces.count)].unicodeScalars)
        }
        return String(String.UnicodeScalarView(scalars.prefix(length)))
    }

    private mutating func below(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return bound > 0 ? Int((state >> 33) % UInt64(bound)) : 0
    }
}
