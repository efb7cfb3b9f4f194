/// A response that passes through a `HostileProxy`.
public struct ProxiedAnswer: Sendable {
    /// How the body is sent.
    public enum Delivery: Sendable {
        /// Complete, with its true length.
        case whole
        /// Complete, with another length in the head. If the body is shorter, the connection ends after it.
        case announcing(Int64)
        /// In chunks with invalid sizes.
        case brokenChunks
        /// The first bytes, then silence, then the end of the connection.
        case stalled(after: Int, seconds: Double)
        /// The given number of bytes, then a reset.
        case cut(after: Int)
        /// Nothing is sent, and the connection is reset.
        case dropped
    }

    public var status: Int
    /// The header fields, without those about the length of the body.
    public var headers: [(name: String, value: String)]
    /// The body, decoded if it was chunked; the beginning of the body if `goesOn` is true.
    public var body: [UInt8]
    /// Whether more of the body follows, as in a followed log. The rest is forwarded unchanged.
    public let goesOn: Bool
    /// How the body is sent.
    public var delivery = Delivery.whole

    /// A response of the proxy itself.
    public init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.init(status: status, headers: headers, body: body, goesOn: false)
    }

    init(status: Int, headers: [(name: String, value: String)], body: [UInt8], goesOn: Bool) {
        self.status = status
        self.headers = headers
        self.body = body
        self.goesOn = goesOn
    }
}
