internal import HTTP
internal import LaunchHost

/// One request on its way through the steps; each step may change it before it hands it on.
struct Exchange: Sendable {
    /// What is sent.
    enum Payload: Sendable {
        case none
        case bytes([UInt8])
        /// A part of a file, whose SHA-256 is known already.
        case file(path: String, offset: Int64, length: Int64, sha256: String)
    }

    /// How the answer is taken.
    enum Reply: Sendable {
        case whole
        case stream
    }

    let operation: AWSOperation
    var method: HTTPMethod = .post
    /// A label in front of the host: a bucket.
    var hostLabel: String?
    /// The path as it goes on the wire, with its slash in front.
    var path = "/"
    /// Query items, not yet encoded.
    var query: [(name: String, value: String?)] = []
    var headers: [(name: String, value: String)] = []
    var payload = Payload.none
    var reply = Reply.whole

    /// Whether the answer has a document, which must be whole.
    var readsBody = true

    // What the steps add.
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
    /// What the body says, once it was read.
    var document: Document?

    /// A body that was read.
    enum Document: Sendable {
        case json(JSONValue)
        case xml(XMLElement)
    }

    /// The body, where it was taken whole.
    var bytes: [UInt8] { if case .bytes(let bytes) = body { bytes } else { [] } }

    /// AWS's number of the request, under any of the names that services give it.
    var requestID: String? { headers.requestID }
}

extension HTTPHeaders {
    /// AWS's number of the request, under any of the names that services give it.
    var requestID: String? {
        self["x-amzn-RequestId"] ?? self["x-amz-request-id"] ?? self["x-amz-id-2"]
    }
}
