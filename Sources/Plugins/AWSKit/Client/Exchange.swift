internal import LaunchCore
internal import LaunchHTTP

/// One request during its way through the steps. Each step may change it before it passes it to the next.
package struct Exchange: Sendable {
    /// The body of a request.
    enum Payload: Sendable {
        case none
        case bytes([UInt8])
        /// A part of a file, with its SHA-256.
        case file(path: String, offset: Int64, length: Int64, sha256: String)
    }

    /// How the reply is read.
    enum Reply: Sendable {
        case whole
        case stream
    }

    let operation: AWSOperation
    var method: HTTPMethod = .post
    /// A label before the host name: a bucket.
    var hostLabel: String?
    /// The path in its wire format, with a leading slash.
    var path = "/"
    /// Query items, not yet encoded.
    var query: [(name: String, value: String?)] = []
    var headers: [(name: String, value: String)] = []
    var payload = Payload.none
    var reply = Reply.whole

    /// True if the reply has a document, which must be complete.
    var readsBody = true

    // Set by the steps.
    var attempt = 1
    var timeout: Duration?
    var credentials: AWSCredentials?
}

/// The answer to an exchange.
struct Answer: Sendable {
    enum Body: Sendable {
        case bytes([UInt8])
        case stream(HTTPStream)
    }

    let status: Int
    let headers: HTTPHeaders
    let body: Body
    /// The decoded body, after it was read.
    var document: Document?

    /// A decoded body.
    enum Document: Sendable {
        case json(JSONValue)
        case xml(XMLElement)
    }

    /// The body, if it was read completely.
    var bytes: [UInt8] { if case .bytes(let bytes) = body { bytes } else { [] } }

    /// AWS's ID of the request, under any of the header names of its services.
    var requestID: String? { headers.requestID }
}

extension HTTPHeaders {
    /// AWS's ID of the request, under any of the header names of its services.
    var requestID: String? {
        self["x-amzn-RequestId"] ?? self["x-amz-request-id"] ?? self["x-amz-id-2"]
    }
}
