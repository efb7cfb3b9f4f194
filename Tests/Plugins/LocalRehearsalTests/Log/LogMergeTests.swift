import Foundation
import LaunchHost
import Testing

@testable import LaunchLocalRehearsal

@Suite("Merging the logs of hosts")
struct LogMergeTests {
    private static func line(_ name: String, _ number: Int, at seconds: Int) -> LogLine {
        LogLine(
            text: "\(name) \(number)", cursor: LogCursor(rawValue: "\(number)"),
            time: Date(timeIntervalSince1970: Double(seconds)), stream: .stdout)
    }

    private static func merge(_ hosts: [String], from cursor: LogCursor? = nil) throws -> LogMerge {
        var merge = try LogMerge(from: cursor)
        merge.add(hosts.map { .init(name: $0, host: $0.uppercased()) }, upToAttempt: 1)
        return merge
    }

    @Test
    func `A reader that does not follow waits for every log, and merges by time`() throws {
        var merge = try Self.merge(["a", "b"])
        #expect(merge.wanted == ["a", "b"])
        merge.arrived([Self.line("a", 1, at: 1), Self.line("a", 2, at: 3)], of: "a")
        #expect(merge.take(waits: true).isEmpty && merge.hasLines)
        merge.arrived([Self.line("b", 1, at: 2)], of: "b")
        let first = merge.take(waits: true)
        #expect(first.map(\.text) == ["a 1", "b 1"] && first.map(\.host) == ["A", "B"])
        #expect(first.map(\.cursor.rawValue) == ["a=1", "a=1;b=1"])
        #expect(merge.wanted == ["b"] && !merge.isComplete)
        merge.arrived(nil, of: "b")
        #expect(merge.take(waits: true).map(\.text) == ["a 2"])
        merge.arrived(nil, of: "a")
        #expect(merge.isComplete && merge.take(waits: true).isEmpty)
    }

    @Test
    func `A reader that follows gets what is there; the lines of a single host have no host`() throws {
        var merge = try Self.merge(["a", "b"])
        merge.arrived([Self.line("a", 1, at: 9)], of: "a")
        #expect(merge.take(waits: false).map(\.text) == ["a 1"])
        var single = try Self.merge(["a"])
        single.arrived([Self.line("a", 1, at: 9)], of: "a")
        #expect(single.take(waits: false).map(\.host) == [nil])
    }

    @Test
    func `The containers of the next attempt are wanted when the logs of this one have ended`() throws {
        var merge = try LogMerge(from: nil)
        #expect(!merge.needsContainers(ofAttempts: 0) && merge.needsContainers(ofAttempts: 1))
        merge.add([.init(name: "a", host: "a")], upToAttempt: 1)
        #expect(!merge.needsContainers(ofAttempts: 2))
        merge.arrived(nil, of: "a")
        #expect(merge.needsContainers(ofAttempts: 2) && !merge.needsContainers(ofAttempts: 1))
        merge.add([.init(name: "a.2", host: "a")], upToAttempt: 2)
        #expect(merge.wanted == ["a.2"])
    }

    @Test
    func `A text that is not a cursor is invalid`() throws {
        let error = #expect(throws: BackendError.self) { _ = try LogMerge(from: LogCursor(rawValue: "a=1;b")) }
        #expect(error?.category == .invalid)
        #expect(try LogMerge(from: LogCursor(rawValue: "a=1;b=2")).cursor.rawValue == "a=1;b=2")
    }

    /// Reads logs from a cursor, in batches of random sizes.
    private static func read(
        _ logs: [String: [LogLine]], from cursor: LogCursor?, waits: Bool, _ dice: inout SystemRandomNumberGenerator
    ) throws -> [LogLine] {
        var merge = try merge(logs.keys.sorted(), from: cursor)
        var rest = logs
        for (name, position) in merge.positions {
            rest[name]?.removeFirst(Int(position.rawValue) ?? 0)
        }
        var all: [LogLine] = []
        while !merge.isComplete {
            for name in merge.wanted where Bool.random(using: &dice) {
                let count = min(rest[name]?.count ?? 0, Int.random(in: 1...4, using: &dice))
                merge.arrived(count == 0 ? nil : Array(rest[name]?.prefix(count) ?? []), of: name)
                rest[name]?.removeFirst(count)
            }
            all += merge.take(waits: waits)
        }
        return all
    }

    @Test(arguments: [true, false])
    func `Each line arrives once and in its log's order, also from the cursor of any line`(_ waits: Bool) throws {
        var dice = SystemRandomNumberGenerator()
        for _ in 0..<50 {
            var logs: [String: [LogLine]] = [:]
            for name in ["a", "b", "c"].prefix(Int.random(in: 1...3, using: &dice)) {
                var time = 0
                logs[name] = (0..<Int.random(in: 0...20, using: &dice)).map { number in
                    time += Int.random(in: 0...3, using: &dice)
                    return Self.line(name, number + 1, at: time)
                }
            }
            let whole = try Self.read(logs, from: nil, waits: waits, &dice)
            let times = whole.compactMap(\.time)
            if waits { #expect(times == times.sorted()) }
            for cut in whole.indices {
                let rest = try Self.read(logs, from: whole[cut].cursor, waits: waits, &dice)
                for name in logs.keys {
                    let seen = (whole[...cut] + rest).map(\.text).filter { $0.hasPrefix("\(name) ") }
                    #expect(seen == logs[name]?.map(\.text))
                }
            }
        }
    }
}
