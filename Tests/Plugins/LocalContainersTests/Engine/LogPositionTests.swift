import LaunchContainerEngine
import LaunchHost
import Testing

@testable import LaunchLocalContainers

@Suite("Positions in a log")
struct LogPositionTests {
    private static let second: Int64 = 1_000_000_000

    private static func line(_ nanoseconds: Int64) -> EngineLogLine {
        EngineLogLine(stream: .stdout, time: EngineTime(nanoseconds: nanoseconds), text: "x")
    }

    /// The engine's reply for a start time: the lines of that time or later, in the order of the log.
    private static func rest(of log: [Int64], after place: LogPosition) throws -> [Int] {
        let (again, skipped) = try LogPosition.reading(place.cursor)
        let since = again.since?.nanoseconds ?? 0
        return Array(log.indices.filter { log[$0] >= since }.dropFirst(skipped))
    }

    @Test
    func `Reading from any position returns exactly the rest, although the times are not in order`() throws {
        var random = SplitMix(state: 7)
        for round in 0..<20 {
            var now = 1_000 * Self.second
            let log = (0..<400).map { _ -> Int64 in
                now += Int64(random.next() % 200_000_000)
                // Up to half a second late, and often at the same time as others.
                let late = random.next() % 4 == 0 ? Int64(random.next() % 500_000_000) : 0
                return (now - late) / 100_000_000 * 100_000_000
            }
            var place = LogPosition()
            for (index, time) in log.enumerated() {
                place.count(Self.line(time))
                let rest = try Self.rest(of: log, after: place)
                #expect(rest == Array((index + 1)..<log.count), "round \(round), line \(index)")
                if random.next() % 3 == 0 { place.advance(openSince: nil) }
            }
            #expect(place.since != nil)
            #expect(place.lines < log.count)
        }
    }

    @Test
    func `A clock that is set back causes repeated reading, but no lost line`() throws {
        let log = (0..<100).map { (1_000 + Int64($0)) * Self.second } + (0..<10).map { (500 + Int64($0)) * Self.second }
        var place = LogPosition()
        for (index, time) in log.enumerated() {
            place.count(Self.line(time))
            place.advance(openSince: nil)
            if index >= 100 {
                #expect(try Self.rest(of: log, after: place) == Array((index + 1)..<log.count))
            }
        }
    }

    @Test
    func `An incomplete line is not lost`() throws {
        var place = LogPosition()
        place.count(Self.line(10 * Self.second))
        place.advance(openSince: EngineTime(nanoseconds: 11 * Self.second))
        for time in 12..<40 {
            place.count(Self.line(Int64(time) * Self.second))
            place.advance(openSince: EngineTime(nanoseconds: 11 * Self.second))
        }
        #expect((place.since?.nanoseconds ?? 0) <= 11 * Self.second)
    }

    @Test(arguments: ["", "1", "a/b", "1/-1", "-1/1", "1/2/3"])
    func `A malformed cursor is refused`(_ text: String) {
        let error = #expect(throws: BackendError.self) { try LogPosition.reading(LogCursor(rawValue: text)) }
        #expect(error?.category == .invalid)
    }
}

/// Random numbers with the same sequence in every run.
private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
