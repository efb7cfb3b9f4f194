internal import FoundationEssentials
internal import LaunchPluginKit

/// Merges the logs of containers. It is a value without calls and tasks: `HostsLog` reads what it wants, and gives it
/// the batches that arrive.
///
/// Each container's lines are in order and complete. Lines that are available at the same time are merged by their
/// times. A cursor holds the position in every container's log.
struct LogMerge: Sendable {
    /// A container whose log is merged.
    struct Container: Sendable, Hashable {
        /// The name in the engine, which is unique among the hosts and attempts of a job.
        var name: String
        var host: String
    }

    private struct Source {
        var container: Container
        var lines: ArraySlice<LogLine> = []
        var hasEnded = false
    }

    /// The most lines of a batch.
    static let batchLines = 512

    /// The position in each container's log.
    private(set) var positions: [String: LogCursor] = [:]
    /// The number of attempts whose containers are among the sources.
    private(set) var attempts = 0
    /// In the order of discovery.
    private var sources: [Source] = []
    private var isAlone = true

    /// Begins at a cursor; nil is the beginning.
    /// - Throws: `invalid` if the cursor does not come from this runner.
    init(from cursor: LogCursor?) throws(BackendError) {
        for part in cursor?.rawValue.split(separator: ";") ?? [] {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else {
                throw BackendError(.invalid, "'\(part)' is not a position in a log of runner 'local-docker'.")
            }
            positions[String(pair[0])] = LogCursor(rawValue: String(pair[1]))
        }
    }

    /// The position after the lines that were taken.
    var cursor: LogCursor {
        LogCursor(
            rawValue: positions.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.rawValue)" }
                .joined(separator: ";"))
    }

    /// True if all logs are read to their end, and no line is left.
    var isComplete: Bool { sources.allSatisfy { $0.hasEnded && $0.lines.isEmpty } }
    /// True if lines are left.
    var hasLines: Bool { sources.contains { !$0.lines.isEmpty } }
    /// The names of the containers of which a batch is wanted: they have no lines and may get some.
    var wanted: [String] { sources.filter { $0.lines.isEmpty && !$0.hasEnded }.map(\.container.name) }

    /// True if the containers of further attempts are missing. The next attempt begins when all hosts of the previous
    /// one have ended.
    func needsContainers(ofAttempts started: Int) -> Bool {
        started > attempts && sources.allSatisfy(\.hasEnded)
    }

    /// Adds the containers of all attempts up to this one.
    mutating func add(_ containers: [Container], upToAttempt attempt: Int) {
        sources += containers.map { Source(container: $0) }
        attempts = attempt
        isAlone = Set(sources.map(\.container.host)).count == 1
    }

    /// Takes a batch of a container; nil is the end of its log.
    mutating func arrived(_ lines: [LogLine]?, of name: String) {
        guard let index = sources.firstIndex(where: { $0.container.name == name }) else { return }
        if let lines { sources[index].lines += lines } else { sources[index].hasEnded = true }
    }

    /// The earliest lines. If `waits`, until a container without lines might have an earlier one.
    mutating func take(waits: Bool) -> [LogLine] {
        var batch: [LogLine] = []
        while batch.count < Self.batchLines {
            if waits, !wanted.isEmpty { break }
            let earliest = sources.indices.filter { !sources[$0].lines.isEmpty }.min {
                (sources[$0].lines.first?.time ?? .distantPast) < (sources[$1].lines.first?.time ?? .distantPast)
            }
            guard let earliest, var line = sources[earliest].lines.popFirst() else { break }
            let container = sources[earliest].container
            positions[container.name] = line.cursor
            line.cursor = cursor
            if !isAlone { line.host = container.host }
            batch.append(line)
        }
        return batch
    }
}
