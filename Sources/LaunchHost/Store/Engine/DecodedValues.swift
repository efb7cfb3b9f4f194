/// Decoded JSON columns by type and text, so that a value is decoded once however often its row is read.
///
/// The pipeline reads a run's row about ten times. Most of a row's columns do not change in between, and decoding them
/// was the largest part of a run's processor time.
final class DecodedValues {
    private struct Key: Hashable {
        let type: ObjectIdentifier
        let text: String
    }

    /// The text of one generation, in bytes. With two generations, and with values that take a few times as much
    /// memory as their text, an agent uses some megabytes at most.
    static let generationSize = 512 * 1024
    /// A longer text is not kept: it would displace those of many runs.
    static let longestText = 64 * 1024

    /// The values that were used last; the older ones are dropped when this generation is full.
    private var recent: [Key: any Sendable] = [:]
    private var older: [Key: any Sendable] = [:]
    private var size = 0

    /// The value of the text, decoded by `decode` if it is not kept.
    func value<T: Sendable, E>(of text: String, decode: (String) throws(E) -> T) throws(E) -> T {
        guard text.utf8.count <= Self.longestText else { return try decode(text) }
        let key = Key(type: ObjectIdentifier(T.self), text: text)
        // In two steps: a missing entry can be cast to an optional type.
        if let kept = recent[key], let value = kept as? T { return value }
        let value: T
        if let kept = older[key], let known = kept as? T { value = known } else { value = try decode(text) }
        if size >= Self.generationSize { (older, recent, size) = (recent, [:], 0) }
        recent[key] = value
        size += text.utf8.count
        return value
    }
}
