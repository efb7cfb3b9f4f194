internal import FoundationEssentials
internal import LaunchCore
internal import LaunchHTTP

/// Reads error replies: JSON, XML, HTML or an empty body.
enum ErrorReader {
    /// The longest part of a service's message that is kept, in characters.
    static let longestMessage = 2000

    /// The error of a reply without a success status, or of a body that contains an error.
    static func error(
        of service: AWSService, _ operation: AWSOperation, _ status: Int, _ headers: HTTPHeaders, _ body: [UInt8]
    ) -> AWSError {
        let said = words(of: body, headers)
        let code = (headers["x-amzn-ErrorType"] ?? said.code ?? ErrorKinds.headCode(status)).map(bareCode)
        let kind = ErrorKinds.kind(code: code, status: status, message: said.message ?? "")
        var error = AWSError(
            kind, message(said, status, body, headers), service: service.name, operation: operation.name, code: code,
            requestID: headers.requestID ?? said.requestID, status: status,
            hint: ErrorKinds.hint(kind, code, status), retryAfter: RetryAfter.asked(headers),
            mayHaveTakenEffect: status >= 500 && kind != .throttle)
        error.trail.serverDate = headers["Date"]
        error.trail.region = headers["x-amz-bucket-region"] ?? said.region
        error.trail.timedOut = code == "RequestTimeout" || code == "RequestTimeoutException" || status == 504
        return error
    }

    /// The name in `namespace#Name:uri`.
    static func bareCode(_ text: String) -> String {
        let start = text.split(separator: "#", omittingEmptySubsequences: false).last ?? ""
        let bare = start.split(separator: ":", omittingEmptySubsequences: false).first ?? ""
        return String(bare.trimmed.prefix(200))
    }

    private struct Words {
        var code: String?
        var message: String?
        var requestID: String?
        var region: String?
    }

    private static func words(of body: [UInt8], _ headers: HTTPHeaders) -> Words {
        switch body.first(where: { !$0.isSpace }) {
        case UInt8(ascii: "{"): json(body)
        case UInt8(ascii: "<"): xml(body)
        default: Words()
        }
    }

    private static func json(_ body: [UInt8]) -> Words {
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(body)) else { return Words() }
        let text = { (names: [String]) in names.lazy.compactMap { value[$0]?.stringValue }.first }
        return Words(
            code: text(["__type", "code", "Code", "error"]),
            message: text(["message", "Message", "errorMessage", "error_description"]))
    }

    private static func xml(_ body: [UInt8]) -> Words {
        // HTML is rarely well-formed, and if it is, it has no Error element.
        guard let root = XMLDocument.parse(body) else { return Words() }
        let error = root.name == "Error" ? root : root["Error"] ?? root["Errors"]?["Error"]
        return Words(
            code: error?.text("Code")?.trimmed.nonEmpty, message: error?.text("Message")?.trimmed.nonEmpty,
            requestID: (root.text("RequestId") ?? root.text("RequestID") ?? error?.text("RequestId"))?.trimmed.nonEmpty,
            region: error?.text("Region")?.trimmed.nonEmpty)
    }

    private static func message(_ words: Words, _ status: Int, _ body: [UInt8], _ headers: HTTPHeaders) -> String {
        if let message = words.message, !message.isEmpty { return String(message.prefix(longestMessage)) }
        if words.code != nil { return "The service gave no message with this error." }
        let kind = headers["Content-Type"].map { String($0.prefix { $0 != ";" }) } ?? "no type"
        return body.isEmpty
            ? "The answer has status \(status) and no body."
            : "The answer has status \(status) and a body that is not an error of AWS (\(body.count) bytes of \(kind))."
    }
}

extension UInt8 {
    var isSpace: Bool { self == 0x20 || (0x09...0x0d).contains(self) }
}

extension StringProtocol {
    var trimmed: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
    var nonEmpty: String? { isEmpty ? nil : String(self) }
}
