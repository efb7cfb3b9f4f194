/// A request as the loopback server received it.
public struct TestRequest: Sendable {
    /// The method.
    public let method: String
    /// Path and query as sent.
    public let target: String
    /// The header fields in order.
    public let headers: [(name: String, value: String)]
    /// The body, decoded if it came in chunks.
    public let body: [UInt8]

    /// The first value of a header, names compared without case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }
}

/// What the loopback server answers, as a script.
public struct TestAnswer: Sendable {
    /// One step of the body.
    public enum Step: Sendable {
        /// Sends bytes; in a chunked answer, as one chunk.
        case bytes([UInt8])
        /// Sends a text.
        case text(String)
        /// Sends so many zero bytes, in pieces of 64 KiB.
        case zeros(Int)
        /// Sends a byte, again and again with so many milliseconds between, until the peer has had enough.
        case drip(milliseconds: Int)
        /// Waits until the gate is open.
        case wait(Gate)
        /// Drops the connection with a reset; nothing follows.
        case reset
        /// Closes the connection in order; nothing follows.
        case close
    }

    /// How the client knows where the body ends.
    public enum Framing: Sendable {
        /// By the length of the bytes in the steps.
        case length
        /// By a `Content-Length` of one's own, true or not.
        case announced(Int)
        /// In chunks.
        case chunked
        /// With the end of the connection.
        case untilClose
    }

    /// The status.
    public var status: Int
    /// More header fields.
    public var headers: [(String, String)]
    /// The framing.
    public var framing: Framing
    /// The body, step by step.
    public var steps: [Step]
    /// Steps before the head: to wait, or to drop the connection without an answer.
    public var before: [Step]

    /// Makes a script.
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

    /// A plain 200 with a length.
    public init(_ steps: [Step]) {
        self.init(200, steps)
    }

    /// A whole text.
    public static func text(_ text: String, status: Int = 200, headers: [(String, String)] = []) -> TestAnswer {
        TestAnswer(status, headers: headers, [.text(text)])
    }
}
