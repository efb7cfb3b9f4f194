public import TestSupport

/// The stub's reaction to one call.
public struct Reaction: Sendable {
    enum Kind: Sendable {
        case proceed
        case error(StubError)
        /// Whether the operation takes effect, and the reply that replaces its own.
        case instead(hasEffect: Bool, TestAnswer)
        /// The call takes effect and is answered normally after the gate opens.
        case afterwards(Gate)
    }

    let kind: Kind
    /// The outcome in the record.
    let outcome: String

    private init(_ kind: Kind, _ outcome: String) {
        self.kind = kind
        self.outcome = outcome
    }

    /// The normal reply.
    public static let proceed = Reaction(.proceed, "answered")
    /// A refusal without effect, with further header fields.
    public static func error(
        _ code: String, _ message: String = "Scripted.", status: Int = 400, headers: [(String, String)] = []
    ) -> Reaction {
        Reaction(.error(StubError(code, message, status: status, headers: headers)), code)
    }
    /// Too many calls.
    public static let throttled = error("ThrottlingException", "Rate exceeded", status: 400)
    /// The caller's session has expired.
    public static let expired = error("ExpiredTokenException", "The security token included in the request is expired")
    /// An internal error of the service.
    public static let internalFailure = error("InternalFailure", "An internal error occurred.", status: 500)
    /// The service is temporarily unavailable.
    public static let unavailable = error("ServiceUnavailable", "The service is unavailable.", status: 503)
    /// The call takes effect, and the connection is reset before the reply.
    public static let lostAnswer = Reaction(.instead(hasEffect: true, TestAnswer(before: [.reset])), "lost answer")
    /// The connection is reset before any effect.
    public static let reset = Reaction(.instead(hasEffect: false, TestAnswer(before: [.reset])), "reset")
    /// Another reply, without effect.
    public static func answer(_ answer: TestAnswer) -> Reaction {
        Reaction(.instead(hasEffect: false, answer), "scripted answer")
    }
    /// The call takes effect, with another reply.
    public static func carriedOut(answering answer: TestAnswer) -> Reaction {
        Reaction(.instead(hasEffect: true, answer), "carried out, scripted answer")
    }
    /// The call takes effect and is answered after the gate opens.
    public static func waiting(_ gate: Gate) -> Reaction { Reaction(.afterwards(gate), "answered late") }
    /// An HTML page of a proxy.
    public static func html(status: Int) -> Reaction {
        answer(
            .text(
                "<!DOCTYPE html><html><body><h1>Gateway</h1><br></body></html>", status: status,
                headers: [("Content-Type", "text/html")]))
    }
    /// Status 200 and the first half of a document.
    public static let truncated = answer(.text("{\"Account\": \"1234", headers: [("Content-Type", "application/json")]))
    /// Status 200 and fewer bytes than announced.
    public static let brokenOff = answer(TestAnswer(framing: .announced(500), [.text("{\"Acc"), .close]))
    /// Status 200 and an empty body.
    public static let empty = answer(.text(""))
}

/// A refusal. Each service writes it in its own format.
public struct StubError: Error, Sendable {
    /// AWS's error code.
    public let code: String
    /// AWS's message.
    public let message: String
    /// The status of the reply.
    public let status: Int
    /// Further header fields.
    public let headers: [(String, String)]

    public init(_ code: String, _ message: String, status: Int = 400, headers: [(String, String)] = []) {
        self.code = code
        self.message = message
        self.status = status
        self.headers = headers
    }
}
