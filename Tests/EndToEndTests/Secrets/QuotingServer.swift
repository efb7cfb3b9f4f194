import Foundation
import TestSupport

/// A service that rejects each request like AWS after a wrong signature, and quotes the complete request in its reply.
final class QuotingServer: Sendable {
    private let server: TestServer

    init() throws {
        server = try TestServer { request in
            let head = request.headers.map { "\($0.name.lowercased()):\($0.value)" }.joined(separator: "\n")
            let message = """
                The request signature we calculated does not match the signature you provided. The Canonical String for \
                this request should have been
                '\(request.method)
                \(request.target)
                \(head)
                \(String(request.text.prefix(4_000)))'
                """
            let quoted = try? JSONEncoder().encode(message)
            return TestAnswer.text(
                "{\"__type\":\"InvalidSignatureException\",\"message\":\(String(decoding: quoted ?? Data(), as: UTF8.self))}",
                status: 403, headers: [("Content-Type", "application/x-amz-json-1.1")])
        }
    }

    var url: String { server.url }
    var requestCount: Int { server.requestCount }
    func stop() { server.stop() }
}
