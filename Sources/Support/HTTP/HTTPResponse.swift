public import FoundationEssentials

/// A complete response in memory.
public struct HTTPResponse: Sendable {
    /// The status, for example 200.
    public let status: Int
    /// The header fields.
    public let headers: HTTPHeaders
    /// The body.
    public let body: Data

    /// Makes a response, for tests of callers.
    public init(status: Int, headers: HTTPHeaders = [], body: Data = Data()) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
