import Foundation
import LaunchHTTP
import LaunchPluginKit
import LaunchSubprocess
import TestSupport
import Testing

@Suite struct BackendErrorTests {
    @Test func `only a request that did not arrive is unavailable`() {
        let table: [(HTTPError.Code, Bool, BackendError.Category)] = [
            (.couldNotConnect, false, .unavailable), (.couldNotResolve, false, .unavailable),
            (.timedOut, false, .unavailable), (.timedOut, true, .transient), (.reset, true, .transient),
            (.protocolError, true, .transient), (.tls, false, .configuration), (.badURL, false, .configuration),
            (.tooLarge, true, .malformed), (.badRequest, false, .invalid), (.cancelled, true, .cancelled),
            (.internalError, true, .internalFault),
        ]
        for (code, mayHaveArrived, category) in table {
            let error = HTTPError(code, "words", host: "example.com", requestMayHaveReachedServer: mayHaveArrived)
            #expect(BackendError(error).category == category, "\(code)")
        }
    }

    @Test func `a status has its category, and the wait that the service asks for`() throws {
        let table: [(Int, BackendError.Category?)] = [
            (200, nil), (204, nil), (302, nil), (400, .invalid), (401, .unauthenticated), (403, .denied),
            (404, .notFound), (408, .transient), (409, .conflict), (410, .notFound), (422, .invalid),
            (429, .throttled), (500, .transient), (503, .transient),
        ]
        for (status, category) in table {
            #expect(BackendError(HTTPResponse(status: status), of: "list")?.category == category, "\(status)")
        }
        let response = HTTPResponse(status: 429, headers: ["Retry-After": "7"], body: Data("slow\n  down".utf8))
        let error = try #require(BackendError(response, of: "submit a job"))
        #expect(error.retryAfter == .seconds(7))
        #expect(error.message == "The service answered 'submit a job' with status 429: slow down.")
    }

    @Test func `a program that cannot be found is an error of the configuration`() async throws {
        let missing = await #expect(throws: SubprocessError.self) { try await Subprocess.run("no-such-program") }
        #expect(try BackendError(#require(missing)).category == .configuration)
        let slow = await #expect(throws: SubprocessError.self) {
            try await Subprocess.run("sleep", ["600"], timeout: .milliseconds(10))
        }
        #expect(try BackendError(#require(slow)).category == .transient)
    }

    @Test func `durations of an injected clock follow its time`() {
        let clock = HostClock(now: { Date(timeIntervalSinceReferenceDate: 90) }) { _ in }
        #expect(clock.elapsed() == .seconds(90))
        let first = HostClock.system.elapsed()
        #expect(first >= .zero && HostClock.system.elapsed() >= first)
    }
}
