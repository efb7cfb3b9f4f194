/// A request as the loopback server received it.
public struct TestRequest: Sendable {
    /// The method.
    public let method: String
    /// Path and query, unchanged.
    public let target: String
    /// The header fields in order.
    public let headers: [(name: String, value: String)]
    /// The body, decoded if it was chunked.
    public let body: [UInt8]

    /// The first value of a header. The case of the name is ignored.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }
}

/// A scripted response of the loopback server.
public struct TestAnswer: Sendable {
    /// One step of the body.
    public enum Step: Sendable {
        /// Sends bytes; in a chunked response, as one chunk.
        case bytes([UInt8])
        /// Sends a text.
        case text(String)
        /// Sends the given number of zero bytes, in pieces of 64 KiB.
        case zeros(Int)
        /// Sends a byte repeatedly, with the given interval, until the peer closes the connection.
        case drip(milliseconds: Int)
        /// Waits until the gate is open.
        case wait(Gate)
        /// Resets the connection. Nothing follows.
        case reset
        /// Closes the connection normally. Nothing follows.
        case close
    }

    /// How the client finds the end of the body.
    public enum Framing: Sendable {
        /// By the total length of the steps.
        case length
        /// By the given `Content-Length`, true or not.
        case announced(Int)
        /// In chunks.
        case chunked
        /// By the end of the connection.
        case untilClose
    }

    public var status: Int
    /// Additional header fields.
    public var headers: [(String, String)]
    public var framing: Framing
    /// The body, step by step.
    public var steps: [Step]
    /// Steps before the head: to wait, or to end the connection without a response.
    public var before: [Step]

    public init(
        _ status: Int = 200, headers: [(String, String)] = [], framing: Framing = .length, before: [Step] = [],
        _ steps: [Step] = []
    ) {
        self.status = status
        self.headers = headers
        self.framing = framing
        self.before = before
        self.steps = steps
    }

    /// A response with status 200 and a length.
    public init(_ steps: [Step]) {
        self.init(200, steps)
    }

    /// A response with a text.
    public static func text(_ text: String, status: Int = 200, headers: [(String, String)] = []) -> TestAnswer {
        TestAnswer(status, headers: headers, [.text(text)])
    }
}
