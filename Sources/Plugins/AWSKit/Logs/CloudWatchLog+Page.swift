internal import FoundationEssentials
internal import LaunchCore

extension CloudWatchLog {
    /// The result of one call: at most 1 MB or 10,000 events, possibly none. `token` requests the next page; nil after
    /// the last.
    struct Page: Sendable, Hashable {
        var events: [LogEvent]
        var token: String?
    }

    /// The next events from a time, in the order of their times.
    func page(_ query: LogReading.Query) async throws(AWSError) -> Page {
        var input: [String: JSONValue] = [
            "logGroupName": .string(group), "startTime": .integer(max(0, query.start)),
            // AWS always does this; emulators of AWS need the parameter.
            "interleaved": .bool(true),
        ]
        switch query.streams {
        case .prefix(let prefix): input["logStreamNamePrefix"] = .string(prefix)
        case .names(let names): input["logStreamNames"] = .array(names.map { .string($0) })
        }
        if let token = query.token { input["nextToken"] = .string(token) }
        let answer = try await client.json(.read("FilterLogEvents"), input: .object(input))
        var events: [LogEvent] = []
        for value in answer["events"]?.arrayValue ?? [] {
            if let event = try Self.event(value, of: query.streams) { events.append(event) }
        }
        let next = answer["nextToken"]?.stringValue
        // A token that repeats itself would never end the pass.
        return Page(events: events, token: next == query.token ? nil : next)
    }

    /// The possible times of an event, in milliseconds since 1970.
    private static let credible = 0...Int64(Date.reportedSeconds.upperBound * 1000)

    /// Nil for an event of another stream.
    private static func event(_ value: JSONValue, of streams: Streams) throws(AWSError) -> LogEvent? {
        guard let members = value.objectValue, let time = members["timestamp"]?.integerValue,
            let text = members["message"]?.stringValue, let stream = members["logStreamName"]?.stringValue,
            // Some emulators of AWS ignore the prefix.
            streams.contains(stream)
        else { return nil }
        let ingested = members["ingestionTime"]?.integerValue ?? time
        // Passes depend on these times: an impossible time would hide all lines that come after it.
        if let wrong = [time, ingested].first(where: { !credible.contains($0) }) {
            throw AWSError(
                .malformed,
                "The answer has an event of the time \(wrong), in milliseconds since 1970, which is not possible.",
                service: "CloudWatch Logs", operation: "FilterLogEvents")
        }
        return LogEvent(
            stream: stream, time: time, ingested: ingested,
            id: members["eventId"]?.stringValue ?? stream, text: text)
    }

    /// The error; if CloudWatch denies access, with the permission that is needed.
    func explained(_ error: AWSError) -> AWSError {
        guard error.kind == .auth, error.hint == nil, error.operation == "FilterLogEvents" else { return error }
        var error = error
        let arn = ARN(
            partition: (Partition.of(region: client.region) ?? .aws).id, service: "logs", region: client.region,
            account: account ?? "*", resource: "log-group:\(group):*")
        error.hint = "The agent's role needs logs:FilterLogEvents on \(arn)."
        return error
    }
}

extension AWSError {
    /// Whether the call may succeed later. The client has already retried it.
    var passes: Bool {
        switch kind {
        case .throttle, .transient, .unavailable: true
        case .internalFault: status.map { $0 >= 500 } ?? false
        default: false
        }
    }
}
