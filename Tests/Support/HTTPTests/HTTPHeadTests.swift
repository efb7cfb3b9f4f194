import Foundation
import TestSupport
import Testing

@testable import LaunchHTTP

/// The head of a response as libcurl parses it.
@Suite(.timeLimit(.minutes(30))) struct HTTPHeadTests {
    private let client = HTTPClient()

    private func serving(_ text: String) throws -> TestServer {
        try TestServer { _ in TestAnswer(before: [.text(text), .close]) }
    }

    @Test func `only the final head counts`() async throws {
        let server = try serving(
            "HTTP/1.1 100 Continue\r\nX-Interim: 1\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                + "HTTP/1.1 200 OK\r\nX-A:  1 \t\r\nx-a: 2\r\nX-Folded: a\r\n  b\r\nX-Empty:\r\nX-Blank: \r\nX-Fold:\r\n a\r\nX-Colon: a:b\r\n"
                + "Transfer-Encoding: chunked\r\nTrailer: X-Late\r\n\r\n2\r\nok\r\n0\r\nX-Late: 1\r\n\r\n")
        let stream = try await client.stream(HTTPRequest(.get, server.url))
        let whole = try await client.send(HTTPRequest(.get, server.url))
        for (status, headers) in [(stream.status, stream.headers), (whole.status, whole.headers)] {
            #expect(status == 200)
            #expect(headers.values("X-A") == ["1", "2"])
            #expect(headers["X-Folded"] == "a b")
            #expect(headers["X-Empty"] == "")
            #expect(headers["X-Blank"] == "")
            #expect(headers["X-Fold"] == "a")
            #expect(headers["X-Colon"] == "a:b")
            for name in ["X-Interim", "Link", "X-Late"] { #expect(headers[name] == nil, "\(name)") }
            #expect(headers.fields.count == 9)
        }
        #expect(whole.body == Data("ok".utf8))
    }

    /// One handle of libcurl serves many requests.
    @Test func `a head has no fields of earlier responses`() async throws {
        let server = try TestServer { request in .text("", headers: [("X\(request.target.dropFirst())", "1")]) }
        for index in 0..<5 {
            let answer = try await client.send(HTTPRequest(.get, "\(server.url)/\(index)"))
            #expect(answer.headers.fields.filter { $0.name.hasPrefix("X") }.map(\.name) == ["X\(index)"])
        }
    }

    @Test func `the head of an upgrade is read`() async throws {
        let server = try serving("HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\nX-A: 1\r\n\r\nraw")
        let answer = try await client.stream(HTTPRequest(.get, server.url))
        #expect(answer.status == 101)
        #expect(answer.headers["X-A"] == "1")
    }

    @Test func `many fields keep their order`() async throws {
        let lines = (0..<900).map { "X-\($0): \($0)\r\n" }.joined()
        let server = try serving("HTTP/1.1 200 OK\r\n\(lines)Content-Length: 0\r\n\r\n")
        let answer = try await client.send(HTTPRequest(.get, server.url))
        #expect(answer.headers.fields.prefix(900).map(\.value) == (0..<900).map { "\($0)" })
    }

    /// 1,001 fields, a million, and 600 KB in ten.
    @Test(arguments: [(1_000, 1), (1_000_000, 1), (10, 60_000)])
    func `a head over the limits is refused`(_ count: Int, _ length: Int) async throws {
        let lines = String(repeating: "a: \(String(repeating: "b", count: length))\r\n", count: count)
        let server = try serving("HTTP/1.1 200 OK\r\n\(lines)Content-Length: 0\r\n\r\n")
        let error = await #expect(throws: HTTPError.self) {
            try await client.send(HTTPRequest(.get, server.url))
        }
        #expect(error?.code == .protocolError)
        #expect(error?.message == "the head of the answer is too large")
    }
}
