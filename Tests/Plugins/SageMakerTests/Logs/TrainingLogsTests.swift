import AWSStub
import Foundation
import LaunchHost
import Testing

@testable import LaunchSageMaker

/// Reading a training job's log, and the number of calls.
@Suite(.timeLimit(.minutes(30))) struct TrainingLogsTests {
    @Test func `hosts are merged by time and named`() async throws {
        let bench = try LogsBench()
        bench.add("algo-1-1700", (0..<20).map { ("one \($0)", Double($0), Double($0) + 3) })
        bench.add("algo-2-1701", (0..<20).map { ("two \($0)", Double($0) + 0.5, Double($0) + 2) })
        bench.add("algo-10-1702", (0..<20).map { ("ten \($0)", Double($0) + 0.7, Double($0) + 1) })
        bench.set(3600)
        bench.end(at: 60)
        let lines = try await bench.read(bench.logs(hosts: 10), follow: false).map(\.line)
        #expect(lines.map(\.text) == (0..<20).flatMap { ["one \($0)", "two \($0)", "ten \($0)"] })
        #expect(lines.prefix(3).map(\.host) == ["algo-1", "algo-2", "algo-10"])
        #expect(lines[1].time == LogsBench.begin.addingTimeInterval(0.5))
        #expect(bench.stub.calls("logs", "FilterLogEvents").count == 1, "an old run takes one call")
        #expect(bench.now == LogsBench.begin.addingTimeInterval(3600), "and does not wait")
        let single = try await bench.read(bench.logs(hosts: 1), follow: false).map(\.line)
        #expect(single.allSatisfy { $0.host == nil })
    }

    @Test func `jobs with a similar name are separate`() async throws {
        let bench = try LogsBench()
        bench.add("algo-1-1700", [("mine", 0, 0)], job: "job-1")
        bench.add("algo-1-1700", [("other", 0, 0)], job: "job-10")
        bench.add("algo-1-1700", [("third", 0, 0)], job: "my-job-1")
        bench.set(3600)
        bench.end(at: 1)
        #expect(try await bench.texts(bench.logs("job-1")) == ["mine"])
        #expect(try await bench.texts(bench.logs("job-10")) == ["other"])
    }

    @Test func `a restarted host continues in a new stream`() async throws {
        let bench = try LogsBench()
        bench.add("algo-1-1700", [("before", 10, 12)])
        bench.add("algo-2-1700", [("beside", 11, 12)])
        bench.add("algo-1-1900", [("after", 200, 202)])
        bench.end(at: 250)
        let lines = try await bench.read(bench.logs(hosts: 2)).map(\.line)
        #expect(lines.map(\.text) == ["before", "beside", "after"])
        #expect(lines.map(\.host) == ["algo-1", "algo-2", "algo-1"])
    }

    @Test func `a group that does not exist yet is an empty log`() async throws {
        let bench = try LogsBench()
        #expect(try await bench.texts(bench.logs(), follow: false).isEmpty)
        bench.stub.script(
            "logs", "FilterLogEvents", Array(repeating: .error("ResourceNotFoundException"), count: 12))
        bench.add("algo-1-1", (0..<50).map { ("\($0)", Double($0) + 100, Double($0) + 105) })
        bench.end(at: 150)
        #expect(try await bench.texts(bench.logs()) == (0..<50).map(String.init))
    }

    @Test func `the log of a job that never prints ends`() async throws {
        let bench = try LogsBench()
        bench.end(at: 1800)
        #expect(try await bench.texts(bench.logs()).isEmpty)
        // Half an hour, a call every ten seconds.
        #expect(bench.stub.calls("logs", "FilterLogEvents").count < 185)
    }

    @Test func `events that are ingested after the end are awaited`() async throws {
        let bench = try LogsBench()
        bench.add("algo-1-1", [("first", 1, 2), ("last words", 99, 107)])
        bench.end(at: 100)
        #expect(try await bench.texts(bench.logs()) == ["first", "last words"])
        // The same for a reader that starts just after the end and does not follow.
        bench.set(101)
        #expect(try await bench.texts(bench.logs(), follow: false) == ["first", "last words"])
    }

    @Test func `without follow, reading ends after the existing events`() async throws {
        let bench = try LogsBench()
        bench.add("algo-1-1", [("a", 1, 2), ("b", 299, 300), ("later", 400, 400)])
        bench.set(300)
        let lines = try await bench.read(bench.logs(), follow: false)
        #expect(lines.map(\.line.text) == ["a", "b"])
        #expect(bench.now < LogsBench.begin.addingTimeInterval(310))
        bench.set(500)
        let last = try #require(lines.last?.line.cursor)
        #expect(try await bench.texts(bench.logs(), from: last, follow: false) == ["later"])
    }

    @Test func `lines are returned soon after their ingestion`() async throws {
        let bench = try LogsBench()
        bench.add("algo-1-1", (0..<200).map { ("\($0)", Double($0), Double($0) + 0.5) })
        bench.end(at: 200)
        let lines = try await bench.read(bench.logs())
        #expect(lines.map(\.line.text) == (0..<200).map(String.init))
        let waits = lines.map { $0.given.timeIntervalSince($0.line.time ?? .distantPast) }
        #expect((waits.max() ?? 0) <= 20)
        #expect(waits.reduce(0, +) / 200 <= 9)
        // A call every four seconds.
        #expect(bench.stub.calls("logs", "FilterLogEvents").count <= 56)
    }

    @Test func `empty pages and expired tokens lose nothing`() async throws {
        let bench = try LogsBench()
        bench.stub.logs.limitPages(events: 7)
        bench.add("algo-1-1", (0..<100).map { ("\($0)", Double($0 / 10), Double($0 / 10)) })
        bench.set(3600)
        bench.end(at: 10)
        bench.stub.logs.answerEmptyPages(5)
        var lines: [String] = []
        for try await batch in bench.logs().stream(from: nil, follow: false) {
            lines += batch.map(\.text)
            if lines.count % 2 == 0 { bench.stub.logs.expireTokens() }
            if lines.count % 3 == 0 { bench.stub.logs.answerEmptyPages(2) }
        }
        #expect(lines == (0..<100).map(String.init))
    }

    @Test func `errors do not end a followed log`() async throws {
        let bench = try LogsBench()
        bench.add("algo-1-1", (0..<100).map { ("\($0)", Double($0), Double($0) + 2) })
        bench.end(at: 100)
        let faults: [Reaction] = [.throttled, .reset, .html(status: 503), .lostAnswer, .truncated, .empty]
        for _ in 0..<12 {
            bench.stub.script(
                "logs", "FilterLogEvents", Array(repeating: faults, count: 3).flatMap(\.self) + [.proceed])
        }
        #expect(try await bench.texts(bench.logs()) == (0..<100).map(String.init))
    }

    @Test func `lasting errors end a log that is not followed`() async throws {
        let bench = try LogsBench()
        bench.stub.always("logs", "FilterLogEvents", .throttled)
        let error = await #expect(throws: BackendError.self) {
            try await bench.texts(bench.logs(), follow: false)
        }
        #expect(error?.category == .throttled)
    }

    @Test func `a rejection names the missing action and the resource`() async throws {
        let bench = try LogsBench()
        bench.stub.always("logs", "FilterLogEvents", .error("AccessDeniedException", "no"))
        let error = await #expect(throws: BackendError.self) { try await bench.texts(bench.logs()) }
        #expect(error?.category == .denied)
        let group = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/TrainingJobs:*"
        #expect(error?.hint?.contains("logs:FilterLogEvents on \(group)") == true)
    }

    @Test func `an invalid cursor is rejected`() async throws {
        let bench = try LogsBench()
        for text in ["", "17", "1 w 0 0 x 0 0 id", "2 w 0 0 0 0 0 id"] {
            let error = await #expect(throws: BackendError.self) {
                try await bench.texts(bench.logs(), from: LogCursor(rawValue: text))
            }
            #expect(error?.category == .invalid)
        }
    }

    @Test func `reading can be cancelled`() async throws {
        let bench = try LogsBench()
        let reading = Task { try await bench.texts(bench.logs()) }
        reading.cancel()
        let result = await reading.result
        let error = #expect(throws: BackendError.self) { try result.get() }
        #expect(error?.category == .cancelled)
    }

    @Test func `a thousand hosts take as many calls as their pages`() async throws {
        let bench = try LogsBench()
        bench.stub.logs.limitPages(events: 500)
        for host in 1...1000 {
            bench.add("algo-\(host)-1700", (0..<3).map { ("\(host) \($0)", Double($0), Double($0) + 1) })
        }
        bench.set(3600)
        bench.end(at: 10)
        let lines = try await bench.read(bench.logs(hosts: 1000), follow: false).map(\.line)
        #expect(lines.count == 3000)
        #expect(Set(lines.map(\.text)).count == 3000)
        #expect(lines.allSatisfy { line in line.host == "algo-\(line.text.prefix { $0 != " " })" })
        #expect(lines.map { $0.time ?? .distantPast } == lines.map { $0.time ?? .distantPast }.sorted())
        #expect(bench.stub.calls("logs", "FilterLogEvents").count == 6)
    }
}
