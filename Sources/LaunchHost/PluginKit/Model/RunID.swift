/// Identifies a run, and everything that the run creates outside: container, training job, tags.
///
/// A generated ID has eight characters of `a-z0-9`. A given ID may have 1 to 32 characters of `a-z0-9` and inner
/// hyphens, which container names and `TrainingJobName` both allow.
public struct RunID: Sendable, Hashable, Comparable, Codable, RawRepresentable, CustomStringConvertible {
    public let rawValue: String

    /// Nil if `rawValue` is not a valid run ID.
    public init?(rawValue: String) {
        let allowed = rawValue.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
        }
        guard allowed, (1...32).contains(rawValue.utf8.count), rawValue.first != "-", rawValue.last != "-" else {
            return nil
        }
        self.rawValue = rawValue
    }

    private init(unchecked rawValue: String) {
        self.rawValue = rawValue
    }

    /// A new ID from the system's random numbers.
    public static func random() -> RunID {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz0123456789")
        return RunID(unchecked: String((0..<8).map { _ in alphabet[Int.random(in: alphabet.indices)] }))
    }

    /// An ID for examples and previews. No run has it.
    package static let example = RunID(unchecked: "run00000")

    public var description: String { rawValue }

    /// Alphabetical order.
    public static func < (left: RunID, right: RunID) -> Bool { left.rawValue < right.rawValue }
}
