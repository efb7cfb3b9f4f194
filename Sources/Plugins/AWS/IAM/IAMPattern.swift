/// A text of a policy with IAM's wildcards: `*` for any characters, `?` for one.
struct IAMPattern {
    private let characters: [Character]
    private let isLiteral: Bool

    /// - Parameter isLiteral: whether the wildcards mean themselves.
    init(_ text: String, isLiteral: Bool = false) {
        characters = Array(text)
        self.isLiteral = isLiteral
    }

    func matches(_ text: String) -> Bool { places(after: text).contains(characters.count) }

    /// Whether it matches texts that begin with `text`: all of them, some or none.
    func matches(textsWith text: String) -> IAMTruth {
        let places = places(after: text)
        if places.isEmpty { return .no }
        let isOpen = places.contains {
            !isLiteral && $0 < characters.count && characters[$0...].allSatisfy { $0 == "*" }
        }
        return isOpen ? .yes : .unknown
    }

    /// The places of the pattern that can be reached with `text`. The work is bounded by the product of both lengths.
    private func places(after text: String) -> Set<Int> {
        var places = closed([0])
        for character in text {
            var next: Set<Int> = []
            for place in places where place < characters.count {
                if isStar(place) { next.insert(place) }
                if characters[place] == character || (!isLiteral && characters[place] == "?") { next.insert(place + 1) }
            }
            places = closed(next)
            if places.isEmpty { break }
        }
        return places
    }

    private func isStar(_ place: Int) -> Bool { !isLiteral && place < characters.count && characters[place] == "*" }

    /// With the places after stars, which match an empty text too.
    private func closed(_ places: Set<Int>) -> Set<Int> {
        var all = places
        for place in places {
            var place = place
            while isStar(place), all.insert(place + 1).inserted || isStar(place + 1) { place += 1 }
        }
        return all
    }
}

/// Whether something holds, as far as it is known.
enum IAMTruth: Hashable {
    case yes, no, unknown

    var inverted: IAMTruth {
        switch self {
        case .yes: .no
        case .no: .yes
        case .unknown: .unknown
        }
    }

    /// Whether one of them holds.
    static func any(_ all: [IAMTruth]) -> IAMTruth {
        all.contains(.yes) ? .yes : all.contains(.unknown) ? .unknown : .no
    }
}
