internal import ContainerEngine
internal import FoundationEssentials
internal import LaunchPluginKit

/// The merged log of all hosts and all attempts of a job.
///
/// Each container's lines are in order and complete. Lines that are available at the same time are merged by their
/// times. A cursor holds the position in every container's log.
actor HostsLog {
    private struct Source {
        var host: String
        var log: RunLog
        var lines: ArraySlice<LogLine> = []
        var hasEnded = false
    }

    private let connection: EngineConnection
    private let controllers: RehearsalControllers
    private let runID: RunID
    private let follow: Bool
    private var places: [String: LogCursor] = [:]
    /// The number of attempts whose containers are among the sources.
    private var known = 0
    /// By container name, in the order of discovery.
    private var sources: [(name: String, source: Source)] = []
    private var reading: [String: Task<Result<[LogLine]?, BackendError>, Never>] = [:]
    /// The names of the sources whose batch has arrived.
    private let arrivals: AsyncStream<String>
    private let arrive: AsyncStream<String>.Continuation
    private var isAlone = true
    private let start: LogCursor?
    private var hasBegun = false

    init(
        _ connection: EngineConnection, _ controllers: RehearsalControllers, _ runID: RunID, from cursor: LogCursor?,
        follow: Bool
    ) {
        self.connection = connection
        self.controllers = controllers
        self.runID = runID
        self.follow = follow
        start = cursor
        (arrivals, arrive) = AsyncStream.makeStream(of: String.self)
    }

    deinit { for task in reading.values { task.cancel() } }

    /// The next batch; nil at the end.
    func next() async throws(BackendError) -> [LogLine]? {
        if !hasBegun {
            places = try Self.places(of: start)
            hasBegun = true
        }
        while true {
            // Must run before the search for containers, so that none can be created unseen after this reply.
            let (attempts, isOver) = try await progress()
            try await findContainers(ofAttempts: attempts, follow: follow && !isOver)
            try await fill()
            let batch = merged()
            if !batch.isEmpty { return batch }
            guard sources.allSatisfy({ $0.source.hasEnded }) else { continue }
            if !follow || isOver { return nil }
            do {
                try await Task.sleep(for: .milliseconds(100))
            } catch {
                throw BackendError(.cancelled, "Reading the log of run \(runID) was cancelled.")
            }
        }
    }

    /// The number of attempts whose hosts were all started, and whether it is final.
    private func progress() async throws(BackendError) -> (attempts: Int, isOver: Bool) {
        guard let controller = try await controllers.controller(of: runID) else {
            throw BackendError(.notFound, "The rehearsal of run \(runID) and its log no longer exist.")
        }
        return await (controller.startedAttempts, controller.hasEnded)
    }

    private func findContainers(ofAttempts attempts: Int, follow: Bool) async throws(BackendError) {
        // The next attempt begins when all hosts of the previous one have ended.
        guard attempts > known, sources.allSatisfy({ $0.source.hasEnded }) else { return }
        let engine = try await connection.client()
        let runID = runID
        let found = try await engineCall { () async throws(EngineError) in
            try await engine.containers(labels: ["\(RunContainer.runLabel)=\(runID.rawValue)"])
        }
        let order = found.compactMap { item -> (String, String, Int, String)? in
            guard let name = item.names.first, let host = item.labels[HostNames.hostLabel],
                let attempt = item.labels[HostNames.attemptLabel].flatMap({ Int($0) }),
                attempt > known, attempt <= attempts
            else { return nil }
            return (item.id, host, attempt, name)
        }
        for (id, host, attempt, name) in order.sorted(by: { ($0.2, $0.1) < ($1.2, $1.1) }) {
            let log = RunLog(
                connection, runID, container: id, from: places[name], follow: follow && attempt == attempts)
            sources.append((name, Source(host: host, log: log)))
        }
        known = attempts
        isAlone = Set(sources.map(\.source.host)).count == 1
    }

    /// Reads a batch for each source without lines. Without `follow`, waits for all of them, so that they are merged
    /// in order. With `follow`, waits for the first.
    private func fill() async throws(BackendError) {
        for index in sources.indices where sources[index].source.lines.isEmpty && !sources[index].source.hasEnded {
            let (name, source) = sources[index]
            guard reading[name] == nil else { continue }
            let log = source.log
            let arrive = arrive
            reading[name] = Task { () -> Result<[LogLine]?, BackendError> in
                defer { arrive.yield(name) }
                do throws(BackendError) {
                    return .success(try await log.next())
                } catch {
                    return .failure(error)
                }
            }
        }
        if follow {
            guard sources.allSatisfy({ $0.source.lines.isEmpty }) else { return }
            try await takeFirst()
        } else {
            for name in reading.keys.sorted() { try await take(name) }
        }
    }

    private func takeFirst() async throws(BackendError) {
        guard !reading.isEmpty else { return }
        var names = arrivals.makeAsyncIterator()
        guard let first = await names.next() else {
            throw BackendError(.cancelled, "Reading the log of run \(runID) was cancelled.")
        }
        try await take(first)
    }

    private func take(_ name: String) async throws(BackendError) {
        guard let task = reading[name] else { return }
        let result = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        reading[name] = nil
        guard let index = sources.firstIndex(where: { $0.name == name }) else { return }
        guard let lines = try result.get() else {
            sources[index].source.hasEnded = true
            return
        }
        sources[index].source.lines = lines[...]
    }

    /// The earliest lines, until a source without lines might have an earlier one.
    private func merged() -> [LogLine] {
        var batch: [LogLine] = []
        while batch.count < 512 {
            let waiting = sources.contains { $0.source.lines.isEmpty && !$0.source.hasEnded }
            if waiting, !follow { break }
            let earliest = sources.indices.filter { !sources[$0].source.lines.isEmpty }.min {
                (sources[$0].source.lines.first?.time ?? .distantPast)
                    < (sources[$1].source.lines.first?.time ?? .distantPast)
            }
            guard let earliest, var line = sources[earliest].source.lines.popFirst() else { break }
            places[sources[earliest].name] = line.cursor
            line.cursor = cursor
            if !isAlone { line.host = sources[earliest].source.host }
            batch.append(line)
        }
        return batch
    }

    // MARK: cursors

    private var cursor: LogCursor {
        LogCursor(
            rawValue: places.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.rawValue)" }.joined(separator: ";"))
    }

    private static func places(of cursor: LogCursor?) throws(BackendError) -> [String: LogCursor] {
        var places: [String: LogCursor] = [:]
        for part in cursor?.rawValue.split(separator: ";") ?? [] {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else {
                throw BackendError(.invalid, "'\(part)' is not a position in a log of runner 'local-docker'.")
            }
            places[String(pair[0])] = LogCursor(rawValue: String(pair[1]))
        }
        return places
    }
}
