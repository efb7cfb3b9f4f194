public import TestSupport

/// One service of the stub. Further ones (CloudWatch Logs, EventBridge) are added with `AWSStub.add`.
public protocol StubService: Sendable {
    /// The name in scripts and records.
    var name: String { get }
    /// True if requests of the operation must be signed.
    func isSigned(_ operation: String) -> Bool
    /// The operation of a request; nil if it belongs to another service.
    func operation(of request: StubRequest) -> String?
    /// Executes the call.
    func answer(_ operation: String, _ request: StubRequest) throws(StubError) -> TestAnswer
    /// The reply for a refusal, in the service's format.
    func refusal(_ error: StubError, requestID: String) -> TestAnswer
    /// The clock for limits and records; nil for the stub's.
    var clock: StubClock? { get }
}

extension StubService {
    /// The stub's clock.
    public var clock: StubClock? { nil }
}

/// The formats of AWS's documents.
public enum StubText {
    /// A JSON 1.1 reply.
    public static func json(_ text: String, status: Int = 200, headers: [(String, String)] = []) -> TestAnswer {
        .text(text, status: status, headers: [("Content-Type", "application/x-amz-json-1.1")] + headers)
    }

    /// An XML reply.
    public static func xml(_ text: String, status: Int = 200, headers: [(String, String)] = []) -> TestAnswer {
        .text(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + text, status: status,
            headers: [("Content-Type", "text/xml")] + headers)
    }

    /// A refusal of a JSON service, with a code in one of AWS's decorated forms.
    public static func jsonRefusal(_ error: StubError) -> TestAnswer {
        json(
            "{\"__type\":\"com.amazonaws.stub#\(error.code)\",\"message\":\(quoted(error.message))}",
            status: error.status,
            headers: error.headers)
    }

    /// A refusal of a service with the Query protocol.
    public static func queryRefusal(_ error: StubError, requestID: String) -> TestAnswer {
        xml(
            "<ErrorResponse><Error><Type>Sender</Type><Code>\(error.code)</Code><Message>\(escaped(error.message))"
                + "</Message></Error><RequestId>\(requestID)</RequestId></ErrorResponse>",
            status: error.status, headers: error.headers)
    }

    /// A JSON string.
    public static func quoted(_ text: String) -> String {
        let body = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        return "\"\(body)\""
    }

    /// Text escaped for XML.
    public static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }
}
