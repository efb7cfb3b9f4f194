public import FoundationEssentials

/// A whole answer in memory.
public struct HTTPResponse: Sendable {
    /// The status, 200 for example.
    public let status: Int
    /// The header fields.
    public let headers: HTTPHeaders
    /// The body.
    public let body: Data

    /// Makes an answer, for tests of callers.
    public init(status: Int, headers: HTTPHeaders = [], body: Data = Data()) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
