import TestSupport
import Testing

@testable import LaunchHTTP

/// A server that sends single bytes at long intervals never reaches the idle limit.
@Suite(.timeLimit(.minutes(30))) struct SlowBodyTests {
    private let client = HTTPClient()
    private static let least = HTTPRequest.LeastProgress(bytes: 1_000, within: .milliseconds(400))

    private func dripping() throws -> TestServer {
        try TestServer { _ in TestAnswer(framing: .announced(1 << 40), [.drip(milliseconds: 20)]) }
    }

    @Test func `a body of single bytes is ended by the least progress, not by the idle limit`() async throws {
        let server = try dripping()
        var request = HTTPRequest(.get, server.url, idleTimeout: .seconds(60), leastProgress: Self.least)
        var error = await #expect(throws: HTTPError.self) { try await client.send(request) }
        #expect(error?.code == .timedOut && error?.message.contains("less than 1000 bytes") == true)
        let stream = try await client.stream(request)
        error = await #expect(throws: HTTPError.self) { for try await _ in stream.body {} }
        #expect(error?.code == .timedOut)
        // The limit for the whole request applies too.
        request.leastProgress = nil
        request.timeout = .milliseconds(300)
        error = await #expect(throws: HTTPError.self) { try await client.send(request) }
        #expect(error?.code == .timedOut)
    }

    @Test func `a slow reader is not a slow server`() async throws {
        let bytes = 3 << 20
        let server = try TestServer { _ in TestAnswer([.zeros(bytes)]) }
        let stream = try await client.stream(HTTPRequest(.get, server.url, leastProgress: Self.least))
        var count = 0
        for try await chunk in stream.body {
            count += chunk.count
            // Longer than the window, because the reader itself causes the pause.
            if count < 300_000 { try await Task.sleep(for: .milliseconds(600)) }
        }
        #expect(count == bytes)
    }

    @Test func `a server that takes long before it answers is not a slow server`() async throws {
        let gate = Gate()
        let server = try TestServer { _ in TestAnswer(before: [.wait(gate)], [.text("late")]) }
        Task {
            try await Task.sleep(for: .milliseconds(900))
            gate.open()
        }
        let answer = try await client.send(HTTPRequest(.get, server.url, leastProgress: Self.least))
        #expect(String(decoding: answer.body, as: UTF8.self) == "late")
    }
}
