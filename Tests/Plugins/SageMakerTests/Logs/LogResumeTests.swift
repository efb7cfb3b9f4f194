import AWSStub
import Foundation
import LaunchHost
import Testing

@testable import LaunchSageMaker

/// Each line once, also with late hosts and if another process continues to read.
@Suite(.timeLimit(.minutes(30))) struct LogResumeTests {
    /// Reproducible pseudo-random numbers.
    private struct Dice: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    /// Hosts whose agents deliver in order, but late: by seconds, and once by minutes.
    private static func fill(_ bench: LogsBench, seed: UInt64) -> Set<String> {
        var dice = Dice(state: seed)
        var all: Set<String> = []
        for host in 1...3 {
            var taken = 0.0
            var events: [(text: String, at: Double, taken: Double)] = []
            for number in 0..<8 {
                let at = Double(number) * 30 + Double.random(in: 0..<30, using: &dice).rounded()
                let isCutOff = host == 3 && (60..<200).contains(at)
                taken = max(taken, isCutOff ? 205 : at + Double.random(in: 0..<15, using: &dice))
                // Some events contain several lines.
                let text = number % 3 == 0 ? "\(host)/\(number)a\n\(host)/\(number)b" : "\(host)/\(number)"
                events.append((text, at, taken))
                all.formUnion(text.split(separator: "\n").map(String.init))
            }
            // The first printed line may not be the first that is readable.
            bench.add("algo-\(host)-17", events)
        }
        bench.end(at: 260)
        return all
    }

    @Test(arguments: [1, 2] as [UInt64]) func `each line is read once from each cursor`(_ seed: UInt64) async throws {
        let bench = try LogsBench(keepsCalls: false)
        let all = Self.fill(bench, seed: seed)
        bench.stub.logs.limitPages(events: 9)
        let lines = try await bench.read(bench.logs(hosts: 3))
        #expect(lines.count == all.count)
        #expect(Set(lines.map(\.line.text)) == all)
        let ended = bench.now
        let times = lines.compactMap(\.line.time)
        #expect(times != times.sorted(), "nothing was late, so nothing was shown")

        for (position, item) in lines.enumerated() {
            let before = Set(lines[...position].map(\.line.text))
            // Another process at once, and one after the end, with and without following.
            for (moment, follow) in [(item.given, true), (ended, true), (ended, false)] {
                bench.set(moment)
                let rest = try await bench.texts(bench.logs(hosts: 3), from: item.line.cursor, follow: follow)
                #expect(rest.count == all.count - before.count, "after line \(position) at \(moment)")
                #expect(Set(rest) == all.subtracting(before), "after line \(position) at \(moment)")
            }
        }
    }

    @Test func `reading in steps equals reading at once`() async throws {
        let bench = try LogsBench(keepsCalls: false)
        let all = Self.fill(bench, seed: 9)
        var seen: [String] = []
        var cursor: LogCursor?
        for second in stride(from: 10.0, through: 280, by: 10) {
            bench.set(second)
            for item in try await bench.read(bench.logs(hosts: 3), from: cursor, follow: false) {
                seen.append(item.line.text)
                cursor = item.line.cursor
            }
        }
        #expect(seen.count == all.count)
        #expect(Set(seen) == all)
    }

    @Test func `a host that is an hour late is not lost`() async throws {
        let bench = try LogsBench(keepsCalls: false)
        bench.add("algo-1-1", (0..<130).map { ("one \($0)", Double($0) * 30, Double($0) * 30 + 2) })
        bench.add("algo-2-1", (0..<10).map { ("two \($0)", Double($0), 3610) })
        bench.add("algo-3-1", [("three", 5, 3999)])
        bench.end(at: 4000)
        // Reading back costs several pages, so the reader does it seldom.
        bench.stub.logs.limitPages(events: 30)
        let texts = try await bench.texts(bench.logs(hosts: 3))
        #expect(texts.count == 141)
        #expect(Set(texts).count == 141)
        #expect(texts.filter { $0.hasPrefix("one") } == (0..<130).map { "one \($0)" })
        #expect(texts.filter { $0.hasPrefix("two") } == (0..<10).map { "two \($0)" })
        #expect(texts.firstIndex(of: "two 9").map { $0 < 139 } == true, "the line was read only at the end")
    }

    @Test func `events that become readable seconds after their ingestion are not lost`() async throws {
        let bench = try LogsBench(keepsCalls: false)
        for host in 1...3 {
            bench.stub.logs.add(
                (0..<200).map { number in
                    let time = LogsBench.at(Double(number))
                    return StubLogEvent(
                        "\(host)/\(number)", time: time, ingested: time + 1000,
                        hidden: Int64(host * number * 37 % 3900))
                }, to: "job-1/algo-\(host)-1")
        }
        bench.end(at: 200)
        let texts = try await bench.texts(bench.logs(hosts: 3))
        #expect(texts.count == 600)
        #expect(Set(texts).count == 600)
    }

    @Test(arguments: [-600.0, -30, 50, 300]) func `a wrong clock loses nothing`(_ error: Double) async throws {
        let bench = try LogsBench(keepsCalls: false)
        let all = Self.fill(bench, seed: 4)
        bench.set(120)
        var logs = bench.logs(hosts: 3)
        let right = logs.clock
        logs.clock = HostClock(now: { right.now().addingTimeInterval(error) }, sleep: right.sleep)
        let texts = try await bench.texts(logs)
        #expect(texts.count == all.count)
        #expect(Set(texts) == all)
    }
}
