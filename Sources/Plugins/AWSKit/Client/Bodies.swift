internal import FoundationEssentials
internal import LaunchCore
internal import LaunchHTTP

/// Reads and writes the protocols' bodies.
enum Bodies {
    /// The document of a JSON reply. Empty if the operation allows an empty reply.
    static func json(_ answer: Answer, of service: AWSService, _ operation: AWSOperation) throws(AWSError) -> JSONValue
    {
        let bytes = answer.bytes
        guard bytes.contains(where: { !$0.isSpace }) else {
            if operation.mayAnswerNothing { return .object([:]) }
            throw unreadable(answer, "is empty", service, operation)
        }
        guard let value = try? JSONValue(wholeNumbersOf: bytes) else {
            throw unreadable(answer, isMarkup(bytes) ? "is HTML or XML" : "is not complete JSON", service, operation)
        }
        guard case .object = value else { throw unreadable(answer, "is \(value.kindName)", service, operation) }
        return value
    }

    /// The root of an XML reply.
    static func xml(_ answer: Answer, of service: AWSService, _ operation: AWSOperation) throws(AWSError) -> XMLElement
    {
        guard let root = XMLDocument.parse(answer.bytes) else {
            let what = answer.bytes.isEmpty ? "is empty" : "is not complete XML"
            throw unreadable(answer, what, service, operation)
        }
        // S3 starts some replies before the result is known, so an error may have status 200.
        if root.name == "Error" || root.name == "ErrorResponse" {
            var error = ErrorReader.error(of: service, operation, 500, answer.headers, answer.bytes)
            error.status = answer.status
            throw error
        }
        guard root.name.lowercased() != "html" else { throw unreadable(answer, "is HTML", service, operation) }
        return root
    }

    /// A document in the format of AWS's own clients: sorted keys, a space after each `,` and `:`, and only ASCII. So
    /// a request can be compared byte for byte with boto3's for the same document.
    static func json(_ document: JSONValue) throws -> [UInt8] {
        var written: [UInt8] = []
        var isText = false, isEscaped = false
        let text = try JSON.canonical(document)
        written.reserveCapacity(text.utf8.count * 5 / 4)
        var position = text.utf8.startIndex
        while position < text.utf8.endIndex {
            let byte = text.utf8[position]
            // Python also escapes the delete character.
            guard byte < 0x7F else {
                for unit in String(text.unicodeScalars[position]).utf16 { written += Array("\\u".utf8) + hex(unit) }
                position = text.unicodeScalars.index(after: position)
                continue
            }
            position = text.utf8.index(after: position)
            written.append(byte)
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = isText
            } else if byte == UInt8(ascii: "\"") {
                isText.toggle()
            } else if !isText, byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":") {
                written.append(UInt8(ascii: " "))
            }
        }
        return written
    }

    private static func hex(_ unit: UInt16) -> [UInt8] {
        let digits = Array(String(unit, radix: 16).utf8)
        return [UInt8](repeating: UInt8(ascii: "0"), count: 4 - digits.count) + digits
    }

    /// Form fields in the format of the Query protocol.
    static func form(_ fields: [(name: String, value: String)]) -> [UInt8] {
        let pairs = fields.map { "\(URIEncoding.component($0.name))=\(URIEncoding.component($0.value))" }
        return [UInt8](pairs.joined(separator: "&").utf8)
    }

    private static func isMarkup(_ bytes: [UInt8]) -> Bool {
        bytes.first { !$0.isSpace } == UInt8(ascii: "<")
    }

    /// An error for a reply with a success status and a wrong body: a proxy sent it, or it is truncated.
    static func unreadable(
        _ answer: Answer, _ what: String, _ service: AWSService, _ operation: AWSOperation
    ) -> AWSError {
        let type = answer.headers["Content-Type"].map { ", of type \($0.prefix(80))" } ?? ""
        return AWSError(
            .transient,
            "The answer has status \(answer.status), but its body \(what) (\(answer.bytes.count) bytes\(type)).",
            service: service.name, operation: operation.name, requestID: answer.requestID, status: answer.status,
            hint: "A proxy between this machine and AWS may have replied instead of AWS.", mayHaveTakenEffect: true)
    }
}
