internal import LaunchSuggestions

/// An instance type that the model does not list. It is either impossible by its form, or may be newer than the model.
///
/// New types resemble old ones: `ml.m9i.large` differs in one character from `ml.m8i.large`, and `ml.p5.4xlarge` came
/// after `ml.p5.48xlarge`. So only the form decides whether a type is possible, not its similarity to a listed type.
struct UnknownType {
    /// Whether the text has the form `ml.FAMILY.SIZE`.
    let isPossible: Bool
    /// The listed type that was probably intended.
    let near: String?
    /// The correction if the type is impossible.
    let hint: String?

    init(_ word: String, among words: [String]) {
        let parts = word.split(separator: ".", omittingEmptySubsequences: false)
        let isPossible = Self.hasForm(word)
        let family = parts.count > 1 && parts[0] == "ml" ? words.filter { $0.hasPrefix("ml.\(parts[1]).") } : []
        let size = parts.count == 3 ? UnknownWord.nearest(to: word, in: family) : nil
        let whole = words.contains("ml.\(word)") ? "ml.\(word)" : nil
        // For an unknown family, a listed type is suggested only if it differs in one character.
        let other = family.isEmpty ? UnknownWord.nearest(to: word, in: words) : nil
        let near = whole ?? size ?? other.flatMap { !isPossible || Suggestion.distance(word, $0) < 2 ? $0 : nil }
        if !family.isEmpty, near == nil {
            let sizes = family.compactMap { $0.split(separator: ".").last }.joined(separator: ", ")
            hint = "Sizes of ml.\(parts[1]): \(sizes)."
        } else if word.lowercased().hasPrefix("local") {
            hint = "To run on this machine, rehearse: launch run --rehearse."
        } else {
            hint = near == nil ? "A type looks like ml.m5.xlarge." : nil
        }
        (self.isPossible, self.near) = (isPossible, near)
    }

    /// The second half of a sentence that begins with the type in quotes.
    var sentence: String {
        let unknown = "is not an instance type SageMaker knows"
        if let near { return "\(unknown); did you mean \"\(near)\"?" }
        return isPossible ? unknown : "cannot be an instance type"
    }

    /// Whether a text has the form of a type: `ml.FAMILY.SIZE`.
    static func hasForm(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 3 && parts[0] == "ml" && isFamily(parts[1]) && isSize(parts[2])
    }

    /// Begins with lower-case letters and contains a generation: `m5`, `g4dn`, `m7i-flex`, `u-6tb1`.
    private static func isFamily(_ text: Substring) -> Bool {
        let bytes = text.utf8
        guard let first = bytes.first, let last = bytes.last else { return false }
        func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
        func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        return isLetter(first) && last != UInt8(ascii: "-") && bytes.contains(where: isDigit)
            && bytes.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
    }

    /// `medium`, `large`, `xlarge`, `12xlarge`, `metal`, `metal-24xl`.
    private static func isSize(_ text: Substring) -> Bool {
        func isCount(_ text: Substring) -> Bool {
            text.utf8.count <= 4 && text.first != "0" && text.utf8.allSatisfy { (48...57).contains($0) }
        }
        if text.hasSuffix("xlarge") { return isCount(text.dropLast("xlarge".count)) }
        if text.hasPrefix("metal-"), text.hasSuffix("xl") {
            let count = text.dropFirst("metal-".count).dropLast("xl".count)
            return !count.isEmpty && isCount(count)
        }
        return ["nano", "micro", "small", "medium", "large", "metal"].contains(text)
    }
}
