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

    /// New instance types are near old ones by nature: `ml.m9i.large` is one letter from `ml.m8i.large`, and `ml.p5.4xlarge`
    /// came after `ml.p5.48xlarge`. So a type is only wrong where its form is, or where nothing is called like its family.
    private static func instanceType(_ word: String, among words: [String]) -> (near: String?, isMistake: Bool) {
        if words.contains("ml.\(word)") { return ("ml.\(word)", true) }
        let parts = word.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "ml" else {
            let near = nearest(to: word, in: words)
            return (near, near != nil)
        }
        let family = words.filter { $0.hasPrefix("ml.\(parts[1]).") }
        let near = nearest(to: word, in: family.isEmpty ? words : family) ?? family.first
        let mayBeNew = isSize(parts[2]) && (!family.isEmpty || isFamily(parts[1], among: words))
        return (near, near != nil && !mayBeNew)
    }

    /// `medium`, `large`, `xlarge`, `12xlarge`, `metal`, `metal-24xl`.
    private static func isSize(_ text: Substring) -> Bool {
        if text == "metal" || text.hasPrefix("metal-") { return true }
        if text.hasSuffix("xlarge") { return text.dropLast("xlarge".count).allSatisfy(\.isWholeNumber) }
        return ["nano", "micro", "small", "medium", "large"].contains(text)
    }

    /// Letters that a known family begins with, and a generation behind them.
    private static func isFamily(_ text: Substring, among words: [String]) -> Bool {
        let letters = text.prefix(while: \.isLetter)
        guard !letters.isEmpty, text.dropFirst(letters.count).first?.isNumber ?? false else { return false }
        return words.contains {
            let known = $0.dropFirst("ml.".count)
            return known.hasPrefix(letters) && known.dropFirst(letters.count).first?.isNumber ?? false
        }
    }
}
