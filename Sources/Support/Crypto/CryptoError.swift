/// Why hashing or random generation failed.
public struct CryptoError: Error, Sendable, Equatable, CustomStringConvertible {
    /// One sentence for the user.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
