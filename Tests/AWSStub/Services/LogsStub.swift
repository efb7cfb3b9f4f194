public import Foundation
import Synchronization
public import TestSupport

/// CloudWatch Logs: groups, streams, and events that become readable at their time.
public final class LogsStub: StubService {
    /// The log group of training jobs.
    public static let trainingJobs = "/aws/sagemaker/TrainingJobs"

    struct State {
        var groups: [String: [String: StubLogStream]] = [:]
        var streamCount = 0
        var emptyPages = 0
        /// Tokens of other generations have expired.
        var generation = 0
        var pageEvents = 10_000
        var pageBytes = 1 << 20
    }

    let state = Mutex(State())
    private let keys: StubKeys
    private let time: Mutex<@Sendable () -> Date>

    init(_ keys: StubKeys, now: @escaping @Sendable () -> Date) {
        self.keys = keys
        time = Mutex(now)
    }

    // MARK: content

    /// Sets another clock, which determines the ingested events.
    public func setClock(_ now: @escaping @Sendable () -> Date) {
        time.withLock { $0 = now }
    }

    /// Creates a group. A group is also created by its first event.
    public func add(group: String) {
        state.withLock { $0.groups[group, default: [:]] = $0.groups[group] ?? [:] }
    }

    /// Adds events to a stream of a group; both are created if missing. Events in the future become readable at their
    /// time.
    public func add(_ events: [StubLogEvent], to stream: String, group: String = trainingJobs) {
        state.withLock { state in
            var kept = Self.take(stream, group, &state)
            for event in events { kept.add(event) }
            state.groups[group]?[stream] = kept
        }
    }

    /// Adds a stream of `count` events with non-decreasing times. Events are generated on each read.
    public func add(
        stream: String, group: String = trainingJobs, count: Int,
        event: @escaping @Sendable (_ number: Int) -> StubLogEvent
    ) {
        state.withLock { state in
            let made = StubLogStream(index: state.streamCount, created: event(0).time, count: count, rule: event)
            state.streamCount += 1
            state.groups[group, default: [:]][stream] = made
        }
    }

    /// Makes the next pages empty, with a token for the following page.
    public func answerEmptyPages(_ count: Int) {
        state.withLock { $0.emptyPages += count }
    }

    /// Invalidates all tokens, as the service does after a day.
    public func expireTokens() {
        state.withLock { $0.generation += 1 }
    }

    /// The most events and bytes of a page; initially the service's 10,000 and 1 MB.
    public func limitPages(events: Int = 10_000, bytes: Int = 1 << 20) {
        state.withLock { ($0.pageEvents, $0.pageBytes) = (events, bytes) }
    }

    private static func take(_ stream: String, _ group: String, _ state: inout State) -> StubLogStream {
        if let known = state.groups[group]?[stream] { return known }
        let made = StubLogStream(index: state.streamCount, created: 0)
        state.streamCount += 1
        state.groups[group, default: [:]][stream] = made
        return made
    }

    // MARK: the service

    /// The name in scripts.
    public var name: String { "logs" }
    /// All requests must be signed.
    public func isSigned(_ operation: String) -> Bool { true }
    /// Determined by the header `X-Amz-Target`.
    public func operation(of request: StubRequest) -> String? {
        let prefix = "Logs_20140328."
        guard let target = request.raw.header("X-Amz-Target"), target.hasPrefix(prefix) else { return nil }
        return String(target.dropFirst(prefix.count))
    }
    /// Replies in JSON.
    public func refusal(_ error: StubError, requestID: String) -> TestAnswer { StubText.jsonRefusal(error) }

    /// Executes the call.
    public func answer(_ operation: String, _ request: StubRequest) throws(StubError) -> TestAnswer {
        guard let input = (try? JSONSerialization.jsonObject(with: Data(request.raw.body))) as? [String: Any] else {
            throw StubError("SerializationException", "The body is not a JSON object.")
        }
        guard let group = input["logGroupName"] as? String, !group.isEmpty else {
            throw Self.invalid("1 validation error detected: Value at 'logGroupName' failed to satisfy constraint")
        }
        let (now, region) = (now, request.signer?.region ?? "us-east-1")
        switch operation {
        case "DescribeLogStreams": return try describe(group, input, now, region)
        case "GetLogEvents": return try get(group, input, now)
        case "FilterLogEvents": return try filter(group, input, now)
        default: throw StubError("UnknownOperationException", "There is no \(operation).")
        }
    }

    private var now: Int64 { Int64(time.withLock(\.self)().timeIntervalSince1970 * 1000) }

    func streams(of group: String) throws(StubError) -> [String: StubLogStream] {
        guard let streams = state.withLock({ $0.groups[group] }) else {
            throw StubError("ResourceNotFoundException", "The specified log group does not exist.")
        }
        return streams
    }

    static func invalid(_ message: String) -> StubError { StubError("InvalidParameterException", message) }

    private func describe(
        _ group: String, _ input: [String: Any], _ now: Int64, _ region: String
    ) throws(StubError) -> TestAnswer {
        let prefix = input["logStreamNamePrefix"] as? String ?? ""
        let limit = input["limit"] as? Int ?? 50
        guard (1...50).contains(limit) else {
            throw Self.invalid(
                "1 validation error detected: Value '\(limit)' at 'limit' failed to satisfy constraint: "
                    + "Member must have value less than or equal to 50")
        }
        if input["orderBy"] as? String == "LastEventTime", !prefix.isEmpty {
            throw Self.invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
        }
        let after = input["nextToken"] as? String ?? ""
        // A stream exists from its first event.
        let found = try streams(of: group).filter { name, stream in
            name.hasPrefix(prefix) && name > after && (stream.size == 0 || stream.item(0).event.isSeen(at: now))
        }
        let page = found.keys.sorted().prefix(limit)
        var answer: [String: Any] = [
            "logStreams": page.map { name -> [String: Any] in
                [
                    "logStreamName": name, "creationTime": found[name]?.created ?? 0, "storedBytes": 0,
                    "arn": "arn:aws:logs:\(region):\(keys.accountID):log-group:\(group):log-stream:\(name)",
                    "uploadSequenceToken": "49",
                ]
            }
        ]
        if page.count < found.count { answer["nextToken"] = page.last }
        let data = (try? JSONSerialization.data(withJSONObject: answer)) ?? Data()
        return StubText.json(String(decoding: data, as: UTF8.self))
    }
}

extension StubLogEvent {
    func isSeen(at now: Int64) -> Bool { ingested + hidden <= now }
}
