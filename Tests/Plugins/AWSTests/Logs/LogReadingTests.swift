import Foundation
import Testing

@testable import LaunchAWSKit

/// The decisions of a reader of CloudWatch, without a service, a clock or a task.
@Suite struct LogReadingTests {
    private static let begin = Date(timeIntervalSince1970: 1_700_000_000)
    private static func at(_ seconds: Double) -> Date { begin.addingTimeInterval(seconds) }

    private static func event(_ text: String, at seconds: Double, id: String? = nil) -> LogEvent {
        let time = Int64(at(seconds).timeIntervalSince1970 * 1000)
        return LogEvent(stream: "s", time: time, ingested: time + 500, id: id ?? text, text: text)
    }

    private static let first = CloudWatchLog.Part(id: "a", .names(["one"]), since: begin)
    private static let second = CloudWatchLog.Part(id: "b", .names(["two"]), since: begin)

    private static func words(_ effect: LogReading.Effect) -> String {
        switch effect {
        case .give(let lines): "give " + lines.map(\.text).joined(separator: ",")
        case .finish: "finish"
        case .fail(let error): "fail \(error.kind)"
        case .askPart(let position): "part \(position)"
        case .askEnd(let part): "end of \(part.id)"
        case .read(let query): "read \(query.streams) \(query.token ?? "-")"
        case .rest(let duration): "rest \(Int(duration.components.seconds))"
        }
    }

    /// The effects of events at one time.
    private static func effects(
        _ reading: inout LogReading, at seconds: Double, _ events: [LogReading.Event]
    ) -> [String] {
        events.map { words(reading.receive($0, at: at(seconds))) }
    }

    private static let passing = AWSError(.throttle, "slow down")

    @Test func `each attempt is a part, read after the one before`() {
        var reading = LogReading(from: nil, follow: false)
        let effects = Self.effects(
            &reading, at: 1000,
            [
                .wanted, .part(.part(Self.first)), .end(Self.at(100)), .page(.init(events: [Self.event("x", at: 1)])),
                .wanted, .part(.part(Self.second)), .end(Self.at(200)),
                .page(.init(events: [Self.event("y", at: 150)], token: "t")), .wanted,
                .page(.init(events: [Self.event("z", at: 151)])), .wanted, .part(.none), .wanted,
            ])
        #expect(
            effects == [
                "part first", "end of a", "read names([\"one\"]) -", "give x",
                "part after(\"a\")", "end of b", "read names([\"two\"]) -",
                "give y", "read names([\"two\"]) t",
                "give z", "part after(\"b\")", "finish", "finish",
            ])
    }

    @Test func `a part that is not there yet is awaited only if the reader follows`() {
        var following = LogReading(from: nil, follow: true)
        #expect(
            Self.effects(&following, at: 0, [.wanted, .part(.notYet), .rested, .part(.part(Self.first))])
                == ["part first", "rest 10", "part first", "end of a"])
        var once = LogReading(from: nil, follow: false)
        #expect(Self.effects(&once, at: 0, [.wanted, .part(.notYet)]) == ["part first", "finish"])
    }

    @Test func `after the end of a part its last lines may still arrive`() {
        var reading = LogReading(from: nil, follow: true)
        let effects = Self.effects(
            &reading, at: 103, [.wanted, .part(.part(Self.first)), .end(Self.at(100)), .rested])
        #expect(effects == ["part first", "end of a", "rest 7", "read names([\"one\"]) -"])
    }

    @Test func `an error that passes is waited out by a reader that follows, and ends another one`() {
        for follow in [true, false] {
            var reading = LogReading(from: nil, follow: follow)
            #expect(
                Self.effects(&reading, at: 0, [.wanted, .partUnknown(Self.passing)]).last
                    == (follow ? "rest 2" : "fail throttle"))
            var denied = LogReading(from: nil, follow: follow)
            #expect(
                Self.effects(&denied, at: 0, [.wanted, .partUnknown(AWSError(.auth, "no"))]).last == "fail auth")
        }
    }

    @Test func `without follow, six temporary errors of a page end the reading`() {
        var reading = LogReading(from: nil, follow: false)
        let begun: [LogReading.Event] = [.wanted, .part(.part(Self.first)), .end(Self.at(100))]
        _ = Self.effects(&reading, at: 1000, begun)
        var seen: [String] = []
        for _ in 1...6 {
            seen += Self.effects(&reading, at: 1000, [.pageFailed(Self.passing)])
            if seen.last?.hasPrefix("rest") == true { _ = reading.receive(.rested, at: Self.at(1000)) }
        }
        #expect(seen == ["rest 2", "rest 4", "rest 8", "rest 10", "rest 10", "fail throttle"])
    }

    @Test func `a service that asks for a longer wait gets it`() {
        var reading = LogReading(from: nil, follow: true)
        _ = Self.effects(&reading, at: 1000, [.wanted, .part(.part(Self.first)), .end(Self.at(100))])
        let error = AWSError(.throttle, "later", retryAfter: .seconds(30))
        #expect(Self.words(reading.receive(.pageFailed(error), at: Self.at(1000))) == "rest 30")
    }

    @Test func `a rejected token continues at the last line of the same pass`() throws {
        var reading = LogReading(from: nil, follow: false)
        _ = Self.effects(&reading, at: 1000, [.wanted, .part(.part(Self.first)), .end(Self.at(100))])
        let page = CloudWatchLog.Page(events: [Self.event("x", at: 1), Self.event("y", at: 2)], token: "old")
        _ = reading.receive(.page(page), at: Self.at(1000))
        _ = reading.receive(.wanted, at: Self.at(1000))
        guard case .read(let query) = reading.receive(.pageFailed(AWSError(.invalid, "old token")), at: Self.at(1000))
        else {
            Issue.record("it does not read again")
            return
        }
        #expect(query.token == nil && query.start == Self.event("y", at: 2).time)
        let again = CloudWatchLog.Page(events: [Self.event("y", at: 2), Self.event("z", at: 2)])
        #expect(Self.words(reading.receive(.page(again), at: Self.at(1000))) == "give z")
    }

    @Test func `a cursor names its part, and reading goes on after its line`() throws {
        var reading = LogReading(from: nil, follow: false)
        _ = Self.effects(&reading, at: 1000, [.wanted, .part(.part(Self.second)), .end(Self.at(100))])
        let page = CloudWatchLog.Page(events: [Self.event("x\ny\nz", at: 1, id: "an id")])
        guard case .give(let lines) = reading.receive(.page(page), at: Self.at(1000)) else {
            Issue.record("no lines")
            return
        }
        let mark = try LogMark(lines[1].cursor)
        #expect(mark.part == "b" && mark.id == "an id" && mark.line == 1)
        var other = LogReading(from: mark, follow: false)
        #expect(
            Self.effects(&other, at: 1000, [.wanted, .part(.part(Self.second)), .page(page)])
                == ["part at(\"b\")", "read names([\"two\"]) -", "give z"])
        var wrong = LogReading(from: mark, follow: false)
        #expect(Self.effects(&wrong, at: 0, [.wanted, .part(.part(Self.first))]).last == "fail invalid")
    }

    @Test func `a stream that does not exist yet has no lines yet`() {
        var reading = LogReading(from: nil, follow: true)
        let effects = Self.effects(
            &reading, at: 5,
            [.wanted, .part(.part(Self.first)), .end(nil), .pageFailed(AWSError(.notFound, "no stream")), .end(nil)])
        #expect(effects == ["part first", "end of a", "read names([\"one\"]) -", "end of a", "rest 4"])
    }
}
