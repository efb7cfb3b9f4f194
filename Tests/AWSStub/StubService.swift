public import TestSupport

/// One service of the stub. More of them (CloudWatch Logs, EventBridge) are added with `AWSStub.add`.
public protocol StubService: Sendable {
    /// Its name in scripts and records.
    var name: String { get }
    /// Whether its requests must be signed, all but some operations.
    func isSigned(_ operation: String) -> Bool
    /// The operation that a request is for; nil where it is none of this service.
    func operation(of request: StubRequest) -> String?
    /// Carries it out.
    func answer(_ operation: String, _ request: StubRequest) throws(StubError) -> TestAnswer
    /// How it writes a refusal.
    func refusal(_ error: StubError, requestID: String) -> TestAnswer
    /// The clock that its limits and records go by; nil for the stub's.
    var clock: StubClock? { get }
}

extension StubService {
    /// The stub's.
    public var clock: StubClock? { nil }
}

/// How AWS writes documents.
public enum StubText {
    /// A JSON 1.1 answer.
    public static func json(_ text: String, status: Int = 200, headers: [(String, String)] = []) -> TestAnswer {
        .text(text, status: status, headers: [("Content-Type", "application/x-amz-json-1.1")] + headers)
    }

    /// An XML answer.
    public static func xml(_ text: String, status: Int = 200, headers: [(String, String)] = []) -> TestAnswer {
        .text(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + text, status: status,
            headers: [("Content-Type", "text/xml")] + headers)
    }

    /// A refusal of a service that speaks JSON, the code dressed up as AWS may do it.
    public static func jsonRefusal(_ error: StubError) -> TestAnswer {
        json(
            "{\"__type\":\"com.amazonaws.stub#\(error.code)\",\"message\":\(quoted(error.message))}",
            status: error.status,
            headers: error.headers)
    }

    /// A refusal of a service that speaks the Query protocol.
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

    /// Text in XML.
    public static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }
}
