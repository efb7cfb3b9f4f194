import Foundation
import Synchronization
import TestSupport

extension LogsStub {
    /// The events that a call requests, and the limits of its pages.
    private struct Query {
        var start: Int64
        var end: Int64
        var after: StubLogStream.Key?
        var limit: Int
        var bytes: Int
        var now: Int64
    }

    private typealias Found = (stream: String, key: StubLogStream.Key, event: StubLogEvent)

    func filter(_ group: String, _ input: [String: Any], _ now: Int64) throws(StubError) -> TestAnswer {
        let all = try streams(of: group)
        let names = input["logStreamNames"] as? [String]
        let prefix = input["logStreamNamePrefix"] as? String
        if names != nil, prefix != nil {
            throw Self.invalid("logStreamNames and logStreamNamePrefix cannot both be given.")
        }
        if let names, !(1...100).contains(names.count) {
            throw Self.invalid("1 validation error detected: Value at 'logStreamNames' failed to satisfy constraint")
        }
        if let prefix, prefix.isEmpty || prefix.contains(where: { ":*".contains($0) }) {
            throw Self.invalid("Value at 'logStreamNamePrefix' failed to satisfy constraint: [^:*]*")
        }
        let wanted = names.map { names in all.filter { names.contains($0.key) } }
        let chosen = wanted ?? all.filter { $0.key.hasPrefix(prefix ?? "") }
        // A filter's range includes its end.
        let query = try query(input, now, end: (input["endTime"] as? Int64).map { $0 + 1 })
        if takeEmptyPage() {
            // Differs from the token of the request, as in the service.
            let sent = input["nextToken"] as? String
            let here = token(query.after.map(\.text) ?? "start")
            return Self.page([], ["nextToken": here == sent ? "f/\(here)" : here], naming: true)
        }
        let (found, isWhole) = Self.find(query, in: chosen)
        if !isWhole, let last = found.last {
            return Self.page(found, ["nextToken": token(last.key.text)], naming: true)
        }
        return Self.page(found, [:], naming: true)
    }

    func get(_ group: String, _ input: [String: Any], _ now: Int64) throws(StubError) -> TestAnswer {
        let name = input["logStreamName"] as? String ?? ""
        guard let stream = try streams(of: group)[name] else {
            throw StubError("ResourceNotFoundException", "The specified log stream does not exist.")
        }
        guard input["startFromHead"] as? Bool == true else {
            throw StubError("UnknownOperationException", "This stub reads from the head only.")
        }
        let query = try query(input, now, end: input["endTime"] as? Int64)
        let sent = input["nextToken"] as? String
        if takeEmptyPage() {
            let here = query.after.map(\.text) ?? "start"
            // Differs from the token of the request, because only the end repeats it.
            let other = token(here) == sent ? "f/\(token(here))" : token(here)
            return Self.page([], ["nextForwardToken": other, "nextBackwardToken": "b/\(here)"], naming: false)
        }
        let (found, _) = Self.find(query, in: [name: stream])
        let next = found.last.map { token($0.key.text) } ?? sent ?? token("start")
        return Self.page(found, ["nextForwardToken": next, "nextBackwardToken": "b/\(next)"], naming: false)
    }

    // MARK: pages

    private func query(_ input: [String: Any], _ now: Int64, end: Int64?) throws(StubError) -> Query {
        let (events, bytes, generation) = state.withLock { ($0.pageEvents, $0.pageBytes, $0.generation) }
        let limit = input["limit"] as? Int ?? 10_000
        guard (1...10_000).contains(limit) else {
            throw Self.invalid("1 validation error detected: Value '\(limit)' at 'limit' failed to satisfy constraint")
        }
        var query = Query(
            start: input["startTime"] as? Int64 ?? 0, end: end ?? .max, limit: min(limit, events), bytes: bytes,
            now: now)
        if let token = input["nextToken"] as? String {
            let plain = token.hasPrefix("f/") ? token.dropFirst(2) : token[...]
            let parts = plain.split(separator: "/")
            guard parts.count == 2, parts[0] == "\(generation)" else {
                throw Self.invalid("The specified nextToken is invalid.")
            }
            query.after = StubLogStream.Key(parts[1])
        }
        return query
    }

    private func token(_ place: String) -> String {
        "\(state.withLock(\.generation))/\(place)"
    }

    private func takeEmptyPage() -> Bool {
        state.withLock { state in
            guard state.emptyPages > 0 else { return false }
            state.emptyPages -= 1
            return true
        }
    }

    /// The next events in the order of time, and whether they are the last.
    private static func find(_ query: Query, in streams: [String: StubLogStream]) -> ([Found], isWhole: Bool) {
        var found: [Found] = []
        for (name, stream) in streams {
            var position = stream.first { key in
                query.after.map { key > $0 } ?? true && key.time >= query.start
            }
            var (taken, bytes) = (0, 0)
            // One more than a page, to see whether another page follows.
            while position < stream.size, taken <= query.limit, bytes <= query.bytes {
                let (key, event) = stream.item(position)
                guard key.time < query.end else { break }
                if event.isSeen(at: query.now) {
                    found.append((name, key, event))
                    taken += 1
                    bytes += event.message.utf8.count + 26
                }
                position += 1
            }
        }
        found.sort { $0.key < $1.key }
        var (taken, bytes) = (0, 0)
        for item in found {
            bytes += item.event.message.utf8.count + 26
            if taken == query.limit || taken > 0 && bytes > query.bytes {
                return (Array(found.prefix(taken)), false)
            }
            taken += 1
        }
        return (found, true)
    }

    private static func page(_ events: [Found], _ tokens: [String: String], naming: Bool) -> TestAnswer {
        var body = Array("{\"events\":[".utf8)
        for (number, item) in events.enumerated() {
            if number > 0 { body.append(UInt8(ascii: ",")) }
            body += "{\"timestamp\":\(item.event.time),\"ingestionTime\":\(item.event.ingested)".utf8
            if naming { body += ",\"logStreamName\":\"\(item.stream)\",\"eventId\":\"\(item.key.eventID)\"".utf8 }
            body += ",\"message\":".utf8
            quote(item.event.message, into: &body)
            body.append(UInt8(ascii: "}"))
        }
        body.append(UInt8(ascii: "]"))
        if naming { body += ",\"searchedLogStreams\":[]".utf8 }
        for (name, token) in tokens.sorted(by: { $0.key < $1.key }) { body += ",\"\(name)\":\"\(token)\"".utf8 }
        body.append(UInt8(ascii: "}"))
        return TestAnswer(200, headers: [("Content-Type", "application/x-amz-json-1.1")], [.bytes(body)])
    }

    private static func quote(_ text: String, into body: inout [UInt8]) {
        body.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): body += [UInt8(ascii: "\\"), byte]
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                body += ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8
            default: body.append(byte)
            }
        }
        body.append(UInt8(ascii: "\""))
    }
}
