import Foundation
import LaunchHTTP

import LaunchHost
@testable import LaunchAWS
@testable import LaunchAWSKit

extension FuzzTarget {
    /// Responses of AWS: documents, listings, errors.
    static let awsAnswers = [jsonAnswer, xmlAnswer, errorHeaders]

    private static let json = AWSService.sagemaker
    private static let operation = AWSOperation.read("Fuzz")

    private static let jsonAnswer = FuzzTarget("aws-json", dictionary: "json", maxLength: 8192) { bytes in
        let answer = Answer(status: 200, headers: [:], body: .bytes(bytes))
        if let value = try? Bodies.json(answer, of: json, operation) {
            expect(value.objectValue != nil, "an answer is a mapping")
            guard let written = try? Bodies.json(value) else { return expect(false, "an answer can be written") }
            // An answer is read by JSONDecoder, which takes 9e18 and a fraction for a whole number. Requests are never read so.
            let again = try? JSON.decode(JSONValue.self, from: Data(written))
            expect(again.flatMap { canonical($0) } == canonical(value), "a written document reads as itself")
        }
        checkError(bytes, [:])
    }

    private static let xmlAnswer = FuzzTarget("aws-xml", dictionary: "xml", maxLength: 8192) { bytes in
        let answer = Answer(status: 200, headers: [:], body: .bytes(bytes))
        if let root = try? Bodies.xml(answer, of: .s3, operation) {
            expect(!root.name.isEmpty, "an element has a name")
        }
        checkError(bytes, [:])
    }

    /// A header value, a zero byte, and a body.
    private static let errorHeaders = FuzzTarget.text("aws-error", dictionary: "aws") { text in
        let (value, body) = halves(of: text)
        let headers: HTTPHeaders = [
            "x-amzn-ErrorType": value, "x-amz-retry-after": value, "Retry-After": value, "Date": value,
            "Content-Type": value,
        ]
        checkError(Array(body.utf8), headers)
        if let wait = RetryAfter.asked(["Retry-After": value, "Date": "Mon, 23 Nov 2026 10:00:00 GMT"]) {
            expect(wait >= .zero && wait <= .seconds(86_400), "a wait is at most a day")
        }
        if let wait = RetryAfter.asked(headers) {
            expect(wait >= .zero && wait <= .seconds(86_400), "a wait is at most a day")
        }
    }

    private static func checkError(_ body: [UInt8], _ headers: HTTPHeaders) {
        for status in [200, 400, 403, 503] {
            let error = ErrorReader.error(of: .s3, operation, status, headers, body)
            expect(!error.message.isEmpty, "an error has a message")
            expect(error.message.count <= ErrorReader.longestMessage + 300, "an error is short")
        }
    }
}
