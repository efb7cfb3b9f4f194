import Synchronization

/// Decoded JSON columns by type and text, so that a value is decoded once however often its row is read.
///
/// The pipeline reads a run's row about ten times. Most of a row's columns do not change in between, and decoding them
/// was the largest part of a run's processor time. The connections of a database share the values.
final class DecodedValues: Sendable {
    private struct Key: Hashable {
        let type: ObjectIdentifier
        let text: String
    }

    /// The text of one generation, in bytes. With two generations, and with values that take a few times as much
    /// memory as their text, an agent uses some megabytes at most.
    static let generationSize = 512 * 1024
    /// A longer text is not kept: it would displace those of many runs.
    static let longestText = 64 * 1024

    private struct Generations {
        /// The values that were used last; the older ones are dropped when this generation is full.
        var recent: [Key: any Sendable] = [:]
        var older: [Key: any Sendable] = [:]
        var size = 0

        mutating func add(_ value: any Sendable, for key: Key) {
            if size >= DecodedValues.generationSize { (older, recent, size) = (recent, [:], 0) }
            recent[key] = value
            size += key.text.utf8.count
        }

        /// A kept value. An older one becomes a recent one.
        mutating func value(for key: Key) -> (any Sendable)? {
            if let kept = recent[key] { return kept }
            guard let kept = older[key] else { return nil }
            add(kept, for: key)
            return kept
        }
    }

    private let generations = Mutex(Generations())

    /// The value of the text, decoded by `decode` if it is not kept.
    func value<T: Sendable, E>(of text: String, decode: (String) throws(E) -> T) throws(E) -> T {
        guard text.utf8.count <= Self.longestText else { return try decode(text) }
        let key = Key(type: ObjectIdentifier(T.self), text: text)
        // In two steps: a missing entry can be cast to an optional type.
        if let kept = generations.withLock({ $0.value(for: key) }), let value = kept as? T { return value }
        let value = try decode(text)
        generations.withLock { $0.add(value, for: key) }
        return value
    }
}
