public import TestSupport

/// What the stub does with one call.
public struct Reaction: Sendable {
    enum Kind: Sendable {
        case proceed
        case error(StubError)
        /// Whether the operation has its effect, and what is answered instead.
        case instead(hasEffect: Bool, TestAnswer)
        /// Carried out and answered as usual, once the gate is open.
        case afterwards(Gate)
    }

    let kind: Kind
    /// What the record says.
    let outcome: String

    private init(_ kind: Kind, _ outcome: String) {
        self.kind = kind
        self.outcome = outcome
    }

    /// As usual.
    public static let proceed = Reaction(.proceed, "answered")
    /// Refused, with more header fields, and without effect.
    public static func error(
        _ code: String, _ message: String = "Scripted.", status: Int = 400, headers: [(String, String)] = []
    ) -> Reaction {
        Reaction(.error(StubError(code, message, status: status, headers: headers)), code)
    }
    /// Too many calls.
    public static let throttled = error("ThrottlingException", "Rate exceeded", status: 400)
    /// The session of the caller is over.
    public static let expired = error("ExpiredTokenException", "The security token included in the request is expired")
    /// Something broke over there.
    public static let internalFailure = error("InternalFailure", "An internal error occurred.", status: 500)
    /// Nobody is there at the moment.
    public static let unavailable = error("ServiceUnavailable", "The service is unavailable.", status: 503)
    /// Carried out, and the connection is reset before the answer.
    public static let lostAnswer = Reaction(.instead(hasEffect: true, TestAnswer(before: [.reset])), "lost answer")
    /// The connection is reset before anything is done.
    public static let reset = Reaction(.instead(hasEffect: false, TestAnswer(before: [.reset])), "reset")
    /// Some other answer, without effect.
    public static func answer(_ answer: TestAnswer) -> Reaction {
        Reaction(.instead(hasEffect: false, answer), "scripted answer")
    }
    /// Carried out, and some other answer.
    public static func carriedOut(answering answer: TestAnswer) -> Reaction {
        Reaction(.instead(hasEffect: true, answer), "carried out, scripted answer")
    }
    /// Carried out and answered once the gate is open.
    public static func waiting(_ gate: Gate) -> Reaction { Reaction(.afterwards(gate), "answered late") }
    /// A page of a proxy.
    public static func html(status: Int) -> Reaction {
        answer(
            .text(
                "<!DOCTYPE html><html><body><h1>Gateway</h1><br></body></html>", status: status,
                headers: [("Content-Type", "text/html")]))
    }
    /// Status 200 and the first half of a document.
    public static let truncated = answer(.text("{\"Account\": \"1234", headers: [("Content-Type", "application/json")]))
    /// Status 200 and less than was announced.
    public static let brokenOff = answer(TestAnswer(framing: .announced(500), [.text("{\"Acc"), .close]))
    /// Status 200 and nothing.
    public static let empty = answer(.text(""))
}

/// A refusal, which each service writes in its own way.
public struct StubError: Error, Sendable {
    /// AWS's name of it.
    public let code: String
    /// Its words.
    public let message: String
    /// The status of the answer.
    public let status: Int
    /// More header fields.
    public let headers: [(String, String)]

    /// An error from its parts.
    public init(_ code: String, _ message: String, status: Int = 400, headers: [(String, String)] = []) {
        self.code = code
        self.message = message
        self.status = status
        self.headers = headers
    }
}
