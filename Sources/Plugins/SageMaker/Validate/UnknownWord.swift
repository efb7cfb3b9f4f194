internal import Suggestions

/// A word that the model does not list: a mistake where a listed one is near, else perhaps newer than the model.
struct UnknownWord {
    /// The nearest listed word.
    let near: String?
    /// Whether it is more likely wrong than new.
    let isMistake: Bool

    init(_ word: String, among words: [String]) {
        if Self.isInstanceTypes(words) {
            (near, isMistake) = Self.instanceType(word, among: words)
        } else {
            near = Self.nearest(to: word, in: words)
            isMistake = near != nil
        }
    }

    /// The candidate that is near, whatever its case.
    static func nearest(to word: String, in candidates: [String]) -> String? {
        Suggestion.nearest(to: word, in: candidates)
    }

    /// Whether the words are instance types, which follow a grammar of their own.
    static func isInstanceTypes(_ words: [String]) -> Bool {
        words.first?.hasPrefix("ml.") ?? false
    }

    /// New instance types are near old ones by nature: `ml.m9i.large` is one letter from `ml.m8i.large`. So a type is only
    /// wrong where its form is, where its family is known and its size is not, or where nothing is called like its family.
    private static func instanceType(_ word: String, among words: [String]) -> (near: String?, isMistake: Bool) {
        if words.contains("ml.\(word)") { return ("ml.\(word)", true) }
        let parts = word.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "ml" else {
            let near = nearest(to: word, in: words)
            return (near, near != nil)
        }
        let family = words.filter { $0.hasPrefix("ml.\(parts[1]).") }
        if !family.isEmpty {
            let near = nearest(to: word, in: family)
            return (near ?? family.first, near != nil)
        }
        let near = nearest(to: word, in: words)
        let letters = parts[1].prefix { $0.isLetter }
        let hasGeneration = parts[1].dropFirst(letters.count).first?.isNumber ?? false
        let isKnownKind = words.contains {
            let known = $0.dropFirst("ml.".count)
            return known.hasPrefix(letters) && known.dropFirst(letters.count).first?.isNumber ?? false
        }
        return (near, near != nil && !(hasGeneration && !letters.isEmpty && isKnownKind))
    }
}
