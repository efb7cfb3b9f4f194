/// The "did you mean" of messages about an unknown word.
public enum Suggestion {
    /// Longer words are not compared, because the work grows with the product of the lengths.
    private static let longestWord = 100

    /// The candidate nearest to a misspelt word; nil if none is near.
    ///
    /// Near means at most one edit per three characters of the word, and at least one edit. The case of letters is
    /// ignored. Of several equally near candidates, the first one wins.
    public static func nearest(to word: String, in candidates: some Sequence<String>) -> String? {
        let typed = Array(word.lowercased())
        guard !typed.isEmpty, typed.count <= longestWord else { return nil }
        let limit = max(1, typed.count / 3)
        var best: (candidate: String, distance: Int)?
        for candidate in candidates {
            let other = Array(candidate.lowercased())
            guard abs(other.count - typed.count) <= limit else { continue }
            let distance = distance(typed, other)
            // With as many edits as characters, nothing of the word is left.
            guard distance <= limit, distance < max(typed.count, other.count) else { continue }
            if distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.candidate
    }

    /// `"; did you mean 'word'?"` if a candidate is near, otherwise empty. For the end of a message.
    public static func question(about word: String, in candidates: some Sequence<String>) -> String {
        nearest(to: word, in: candidates).map { "; did you mean '\($0)'?" } ?? ""
    }

    /// The number of characters to add, remove, replace or swap with their neighbour to turn one word into the other
    /// (Damerau-Levenshtein, optimal string alignment).
    public static func distance(_ first: String, _ second: String) -> Int {
        distance(Array(first), Array(second))
    }

    private static func distance(_ first: [Character], _ second: [Character]) -> Int {
        var beforeLast = [Int](repeating: 0, count: second.count + 1)
        var last = Array(0...second.count)
        for (row, character) in first.enumerated() {
            var current = [row + 1]
            current.reserveCapacity(second.count + 1)
            for (column, other) in second.enumerated() {
                var cost = min(last[column + 1] + 1, current[column] + 1)
                cost = min(cost, last[column] + (character == other ? 0 : 1))
                let swapped = row > 0 && column > 0 && character == second[column - 1] && first[row - 1] == other
                if swapped { cost = min(cost, beforeLast[column - 1] + 1) }
                current.append(cost)
            }
            (beforeLast, last) = (last, current)
        }
        return last[second.count]
    }
}
