internal import LaunchSuggestions

/// A word that the model does not list: a mistake if it resembles a listed word; otherwise it may be newer than the
/// model.
struct UnknownWord {
    /// The nearest listed word.
    let near: String?
    /// Whether a mistake is more likely than a new word.
    let isMistake: Bool

    init(_ word: String, among words: [String]) {
        near = Self.nearest(to: word, in: words) ?? Self.completed(word, among: words)
        isMistake = near != nil
    }

    /// The candidate that is near, ignoring case.
    static func nearest(to word: String, in candidates: [String]) -> String? {
        Suggestion.nearest(to: word, in: candidates)
    }

    /// Whether the words are instance types, which have their own grammar.
    static func isInstanceTypes(_ words: [String]) -> Bool {
        words.first?.hasPrefix("ml.") ?? false
    }

    /// The only listed word that begins or ends with the written one: `ShardedByS3Key` for `Sharded`.
    private static func completed(_ word: String, among words: [String]) -> String? {
        let part = ServiceModel.folded(word)
        guard part.utf8.count >= 4 else { return nil }
        let whole = words.filter {
            let folded = ServiceModel.folded($0)
            return folded.hasPrefix(part) || folded.hasSuffix(part)
        }
        return whole.count == 1 ? whole[0] : nil
    }
}
