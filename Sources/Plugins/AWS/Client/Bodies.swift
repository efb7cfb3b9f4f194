internal import FoundationEssentials
internal import HTTP
internal import LaunchHost

/// What the protocols write and read.
enum Bodies {
    /// The document of a JSON answer. Empty where the operation may answer nothing.
    static func json(_ answer: Answer, of service: AWSService, _ operation: AWSOperation) throws(AWSError) -> JSONValue
    {
        let bytes = answer.bytes
        guard bytes.contains(where: { !$0.isSpace }) else {
            if operation.mayAnswerNothing { return .object([:]) }
            throw unreadable(answer, "is empty", service, operation)
        }
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes)) else {
            throw unreadable(answer, isMarkup(bytes) ? "is HTML or XML" : "is no complete JSON", service, operation)
        }
        guard case .object = value else { throw unreadable(answer, "is \(value.kindName)", service, operation) }
        return value
    }

    /// The root of an XML answer.
    static func xml(_ answer: Answer, of service: AWSService, _ operation: AWSOperation) throws(AWSError) -> XMLElement
    {
        guard let root = XMLDocument.parse(answer.bytes) else {
            let what = answer.bytes.isEmpty ? "is empty" : "is no complete XML"
            throw unreadable(answer, what, service, operation)
        }
        // S3 starts some answers before it knows how they end, so an error may have status 200.
        if root.name == "Error" || root.name == "ErrorResponse" {
            var error = ErrorReader.error(of: service, operation, 500, answer.headers, answer.bytes)
            error.status = answer.status
            throw error
        }
        guard root.name.lowercased() != "html" else { throw unreadable(answer, "is HTML", service, operation) }
        return root
    }

    /// Form fields as the Query protocol wants them.
    static func form(_ fields: [(name: String, value: String)]) -> [UInt8] {
        let pairs = fields.map { "\(URIEncoding.component($0.name))=\(URIEncoding.component($0.value))" }
        return [UInt8](pairs.joined(separator: "&").utf8)
    }

    private static func isMarkup(_ bytes: [UInt8]) -> Bool {
        bytes.first { !$0.isSpace } == UInt8(ascii: "<")
    }

    /// The status says success and the body does not: a proxy in between, or an answer that was cut off.
    static func unreadable(
        _ answer: Answer, _ what: String, _ service: AWSService, _ operation: AWSOperation
    ) -> AWSError {
        let type = answer.headers["Content-Type"].map { ", of type \($0.prefix(80))" } ?? ""
        return AWSError(
            .transient,
            "The answer has status \(answer.status), but its body \(what) (\(answer.bytes.count) bytes\(type)).",
            service: service.name, operation: operation.name, requestID: answer.requestID, status: answer.status,
            hint: "Something between here and AWS may have answered instead of it.", mayHaveTakenEffect: true)
    }
}
