import AWSStub
import Foundation
import LaunchAWS
import LaunchHost
import Testing

/// Logs of any group and stream, from the stub.
@Suite struct CloudWatchLogReaderTests {
    private static let now = Date(timeIntervalSince1970: 1_700_000_000)

    private static func events(_ texts: [String], from seconds: Double) -> [StubLogEvent] {
        texts.enumerated().map { number, text in
            StubLogEvent(text, time: Int64((now.timeIntervalSince1970 + seconds + Double(number)) * 1000))
        }
    }

    /// The log of a job that ended long ago after two attempts, each with its own stream.
    private static func attempts(_ bench: ClientBench) throws -> CloudWatchLog {
        bench.stub.logs.add(events(["a1", "a2"], from: 0), to: "job/default/one", group: "/aws/batch/job")
        bench.stub.logs.add(events(["b1", "b2\nb3"], from: 60), to: "job/default/two", group: "/aws/batch/job")
        bench.stub.logs.add(events(["of another job"], from: 1), to: "job/default/three", group: "/aws/batch/job")
        bench.stub.logs.setClock { now.addingTimeInterval(3600) }
        let parts = ["one", "two"].map { CloudWatchLog.Part(id: $0, .names(["job/default/\($0)"]), since: now) }
        return CloudWatchLog(
            client: try bench.client(.logs), group: "/aws/batch/job", subject: "the job",
            clock: HostClock(now: { now.addingTimeInterval(3600) }, sleep: { _ in try Task.checkCancellation() }),
            part: { position in
                let index =
                    switch position {
                    case .first: 0
                    case .at(let id): parts.firstIndex { $0.id == id } ?? parts.count
                    case .after(let id): (parts.firstIndex { $0.id == id } ?? parts.count) + 1
                    }
                return index < parts.count ? .part(parts[index]) : .none
            }, ended: { _ in now.addingTimeInterval(100) })
    }

    private static func read(_ log: CloudWatchLog, from cursor: String? = nil) async throws -> [CloudWatchLog.Line] {
        let reader = try CloudWatchLogReader(log, from: cursor, follow: true)
        var lines: [CloudWatchLog.Line] = []
        while let batch = try await reader.next() { lines += batch }
        return lines
    }

    @Test func `the attempts are read in order, and each cursor continues after its line`() async throws {
        let bench = try ClientBench()
        let log = try Self.attempts(bench)
        let lines = try await Self.read(log)
        #expect(lines.map(\.text) == ["a1", "a2", "b1", "b2", "b3"])
        #expect(lines.map(\.stream) == ["one", "one", "two", "two", "two"].map { "job/default/\($0)" })
        for (index, line) in lines.enumerated() {
            let rest = try await Self.read(log, from: line.cursor)
            #expect(rest.map(\.text) == lines[(index + 1)...].map(\.text))
        }
    }

    @Test func `throttling and lost answers lose no line`() async throws {
        let bench = try ClientBench()
        let log = try Self.attempts(bench)
        bench.stub.logs.limitPages(events: 1)
        bench.stub.script(
            "logs", "FilterLogEvents",
            Array(repeating: [Reaction.throttled, .lostAnswer, .unavailable, .truncated, .proceed], count: 6).flatMap(
                \.self))
        #expect(try await Self.read(log).map(\.text) == ["a1", "a2", "b1", "b2", "b3"])
    }

    @Test func `a denied call names the permission and the group`() async throws {
        let bench = try ClientBench()
        bench.stub.always("logs", "FilterLogEvents", .error("AccessDeniedException", "no"))
        let log = try Self.attempts(bench)
        let error = await #expect(throws: AWSError.self) { try await Self.read(log) }
        #expect(
            error?.hint?.contains("logs:FilterLogEvents on arn:aws:logs:us-east-1:*:log-group:/aws/batch/job:*") == true
        )
    }
}
