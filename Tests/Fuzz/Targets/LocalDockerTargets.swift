import Dispatch

import LaunchHost
@testable import LaunchConfiguration
@testable import LaunchContainerEngine
@testable import LaunchCore
@testable import LaunchLocalContainers
@testable import LaunchLocalRehearsal
@testable import LaunchPluginKit

extension FuzzTarget {
    /// The input of the local backend: archives, cursors, metrics, paths.
    static let localDocker = [tar, logPlace, metricPattern, places]

    private static let tar = FuzzTarget("tar", dictionary: "tar", maxLength: 8192) { bytes in
        let answers = [bytes.count, 700].map { size in wait { await members(bytes, size: size) } }
        expect(answers[0] == answers[1], "chunks do not change the members")
    }

    /// Paths and sizes of the members, up to the first error.
    private static func members(_ bytes: [UInt8], size: Int) async -> [String] {
        let chunks = Chunks(bytes, size: max(1, size))
        var reader = FolderMembers { chunks.next() }
        var members: [String] = []
        var declared: Int64 = 0
        var seen: Int64 = 0
        do throws(BackendError) {
            while let part = try await reader.next() {
                switch part {
                case .member(let member):
                    expect(member.size >= 0, "a member has no negative size")
                    members.append("\(member.path) \(member.kind) \(member.size)")
                    // A hole of a sparse file can have any size.
                    if member.size > 1 << 20 { return members }
                    (declared, seen) = (member.size, 0)
                case .bytes(let bytes):
                    seen += Int64(bytes.count)
                case .fileEnd:
                    expect(seen == declared, "a file has as many bytes as it declares")
                }
            }
        } catch {
            members.append("refused")
        }
        return members
    }

    /// Runs the body to its end on other threads. The asynchronous parsers wait only for their own thread.
    private static func wait<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Value? {
        let done = DispatchSemaphore(value: 0)
        let result = Box<Value>()
        Task.detached {
            result.value = await body()
            done.signal()
        }
        done.wait()
        return result.value
    }

    private static let logPlace = FuzzTarget.text("log-place", maxLength: 256) { text in
        guard let (place, skipped) = try? LogPosition.reading(LogCursor(rawValue: text)) else { return }
        expect(skipped >= 0, "lines are counted from 0")
        var again = place
        again.restart()
        _ = again.since?.description
        for time in [0, 1, Int64.max] {
            again.count(
                EngineLogLine(stream: .stdout, time: EngineTime(nanoseconds: time), text: "line", continues: false))
            again.advance(openSince: nil)
        }
        let printed = try? LogPosition.reading(place.cursor)
        expect(printed?.place.cursor == place.cursor, "a printed cursor is the same")
    }

    /// A regular expression, a zero byte, and a line.
    private static let metricPattern = FuzzTarget.text("metric-pattern", dictionary: "regex", maxLength: 1024) { text in
        let (pattern, line) = halves(of: text)
        checkMetric(pattern, line)
    }

    /// Searches a metric in a repetitive line, which makes a search expensive.
    static func checkMetric(_ pattern: String?, _ line: String) {
        guard let pattern, var metric = try? MetricPattern(name: "m", pattern) else { return }
        metric.read(line)
        metric.read(String(repeating: line, count: 50))
        if let value = metric.value { expect(value.isFinite, "a value is finite") }
        _ = metric.warnings
    }

    private static let places = FuzzTarget.text("places", dictionary: "aws", maxLength: 512) { text in
        if let place = try? DataLocation(text), case .path(let path) = place {
            expect(path.hasPrefix("/"), "a path is absolute")
            expect(!path.split(separator: "/").contains(".."), "a path has no '..': \(path)")
        }
        let (network, gateway) = halves(of: text)
        if let subnet = Subnet(network), let found = subnet.addresses(3, without: gateway.isEmpty ? nil : gateway) {
            expect(Set(found).count == 3, "addresses differ")
        }
    }
}

/// A value that one thread writes before another thread reads it.
private final class Box<Value>: @unchecked Sendable {
    // The semaphore orders the write before the read.
    var value: Value?
}

/// Returns bytes in pieces.
private final class Chunks {
    private var rest: ArraySlice<UInt8>
    private let size: Int

    init(_ bytes: [UInt8], size: Int) {
        rest = bytes[...]
        self.size = size
    }

    func next() -> [UInt8]? {
        guard !rest.isEmpty else { return nil }
        defer { rest = rest.dropFirst(size) }
        return Array(rest.prefix(size))
    }
}
