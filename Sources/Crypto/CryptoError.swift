/// Why something could not be hashed, or random bytes could not be had.
public struct CryptoError: Error, Sendable, Equatable, CustomStringConvertible {
    /// One sentence for a person.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
