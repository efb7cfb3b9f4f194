/// A request for a handler.
public struct HTTPServerRequest: Sendable {
    /// The method as sent, such as `GET`.
    public let method: String
    /// The path with the query, exactly as sent: escapes are not decoded.
    public let target: String
    /// The header fields in the order in which they came.
    public let headers: [(name: String, value: String)]

    /// The first value of a name; the case of the name is ignored.
    public func header(_ name: String) -> String? {
        let name = name.lowercased()
        return headers.first { $0.name.lowercased() == name }?.value
    }
}

/// A response of a handler. The server adds the length and the date, and closes the connection after it.
public struct HTTPServerResponse: Sendable {
    /// The status, for example 200.
    public var status: Int
    /// The header fields.
    public var headers: [(name: String, value: String)]
    /// The body.
    public var body: [UInt8]

    /// A response with a body in memory.
    public init(status: Int, headers: [(name: String, value: String)] = [], body: some Sequence<UInt8>) {
        self.status = status
        self.headers = headers
        self.body = Array(body)
    }
}

/// Why a server cannot listen.
public struct HTTPServerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of failure.
    public enum Code: Sendable {
        /// The text is not an IP address.
        case badAddress
        /// The system refuses the address or the port, or has no thread or memory left.
        case unavailable
    }

    /// The kind of failure.
    public let code: Code
    /// The reason as the system states it, such as `Address already in use`.
    public let description: String
}
