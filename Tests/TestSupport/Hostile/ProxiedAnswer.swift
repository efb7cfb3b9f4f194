/// An answer on its way through a `HostileProxy`.
public struct ProxiedAnswer: Sendable {
    /// How the body goes out.
    public enum Delivery: Sendable {
        /// Whole, with its true length.
        case whole
        /// Whole, with another length in the head. A body that is shorter than that ends with the connection.
        case announcing(Int64)
        /// In chunks with invalid sizes.
        case brokenChunks
        /// The first bytes, then silence, then the end of the connection.
        case stalled(after: Int, seconds: Double)
        /// So many bytes, then a reset.
        case cut(after: Int)
    }

    /// The status.
    public var status: Int
    /// The header fields, without those that say how long the body is.
    public var headers: [(name: String, value: String)]
    /// The body, decoded if it came in chunks; the beginning of it where `goesOn` is true.
    public var body: [UInt8]
    /// Whether more of the body follows, as of a log that is followed. It passes as it comes.
    public let goesOn: Bool
    /// How the body goes out.
    public var delivery = Delivery.whole
}
