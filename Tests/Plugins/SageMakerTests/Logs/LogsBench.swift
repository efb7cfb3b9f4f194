import AWSStub
import Foundation
import LaunchAWS
import LaunchHTTP
import LaunchHost
import Synchronization

@testable import LaunchSageMaker

/// A stub with a training job's log, and a clock that only advances by the reader's waits.
final class LogsBench: Sendable {
    static let begin = Date(timeIntervalSince1970: 1_700_000_000)

    let stub: AWSStub
    let client: AWSClient
    private let time = Mutex(LogsBench.begin)
    private let end = Mutex<Date?>(nil)

    init(keepsCalls: Bool = true) throws {
        stub = try AWSStub(keepsCalls: keepsCalls)
        // The client has another clock for signatures. Its waits end at once.
        client = try AWSClient(
            .logs, endpoint: stub.url, region: "eu-west-1", credentials: StubCredentials(stub.keys.permanent()),
            runtime: AWSRuntime(
                http: HTTPClient(configuration: .init(proxy: .direct)),
                clock: HostClock(now: { Date() }, sleep: { _ in try Task.checkCancellation() }),
                userAgent: "launch/1.2.3"))
        stub.logs.setClock { [weak self] in self?.now ?? Self.begin }
    }

    /// The time of stub, reader and job.
    var now: Date { time.withLock(\.self) }
    func set(_ date: Date) { time.withLock { $0 = date } }
    func set(_ seconds: Double) { set(Self.begin.addingTimeInterval(seconds)) }

    /// A time as seconds after the beginning, in milliseconds since 1970.
    static func at(_ seconds: Double) -> Int64 { Int64(((begin.timeIntervalSince1970 + seconds) * 1000).rounded()) }

    /// Sets the job's end, in seconds after the beginning.
    func end(at seconds: Double) { end.withLock { $0 = Self.begin.addingTimeInterval(seconds) } }

    func add(_ stream: String, _ events: [(text: String, at: Double, taken: Double)], job: String = "job-1") {
        stub.logs.add(
            events.map { StubLogEvent($0.text, time: Self.at($0.at), ingested: Self.at($0.taken)) },
            to: "\(job)/\(stream)")
    }

    func logs(_ job: String = "job-1", hosts: Int = 1) -> TrainingLogs {
        let clock = HostClock(
            now: { self.now },
            sleep: { duration in
                try Task.checkCancellation()
                self.time.withLock { $0 = $0.addingTimeInterval(duration / .seconds(1)) }
            })
        return TrainingLogs(client: client, job: job, hosts: hosts, account: "123456789012", clock: clock) {
            () async throws(AWSError) in
            self.end.withLock(\.self).flatMap { $0 <= self.now ? $0 : nil }
        }
    }

    /// All lines, each with the time at which it was returned.
    func read(
        _ logs: TrainingLogs, from cursor: LogCursor? = nil, follow: Bool = true
    ) async throws -> [(line: LogLine, given: Date)] {
        var lines: [(LogLine, Date)] = []
        for try await batch in logs.stream(from: cursor, follow: follow) {
            lines += batch.map { ($0, now) }
        }
        return lines
    }

    func texts(_ logs: TrainingLogs, from cursor: LogCursor? = nil, follow: Bool = true) async throws -> [String] {
        try await read(logs, from: cursor, follow: follow).map(\.line.text)
    }
}

extension TrainingLogs {
    func stream(from cursor: LogCursor?, follow: Bool) -> LogStream {
        LogStream.cloudWatch(from: cursor, follow: follow) { () async throws(BackendError) in log }
    }
}

/// Always the same credentials.
struct StubCredentials: CredentialsProvider {
    let fixed: AWSCredentials

    init(_ fixed: AWSCredentials) {
        self.fixed = fixed
    }

    func credentials() async throws(AWSError) -> AWSCredentials { fixed }
    func refresh(after expired: AWSCredentials) async throws(AWSError) -> AWSCredentials { fixed }
}
