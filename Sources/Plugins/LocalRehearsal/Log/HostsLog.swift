internal import LaunchLocalContainers
internal import LaunchContainerEngine
internal import LaunchPluginKit

/// The merged log of all hosts and all attempts of a job. `LogMerge` decides what to read; this reads it.
actor HostsLog {
    private let connection: EngineConnection
    private let controllers: RehearsalControllers
    private let runID: RunID
    private let follow: Bool
    private let start: LogCursor?
    private var merge: LogMerge?
    private var logs: [String: RunLog] = [:]
    private var reading: [String: Task<Result<[LogLine]?, BackendError>, Never>] = [:]
    /// The names of the containers whose batch has arrived.
    private let arrivals: AsyncStream<String>
    private let arrive: AsyncStream<String>.Continuation

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
        var merge: LogMerge
        if let known = self.merge { merge = known } else { merge = try LogMerge(from: start) }
        defer { self.merge = merge }
        while true {
            // Must run before the search for containers, so that none can be created unseen after this reply.
            let (attempts, isOver) = try await progress()
            if merge.needsContainers(ofAttempts: attempts) {
                try await find(&merge, upToAttempt: attempts, follow: follow && !isOver)
            }
            try await fill(&merge)
            let batch = merge.take(waits: !follow)
            if !batch.isEmpty { return batch }
            guard merge.isComplete else { continue }
            if !follow || isOver { return nil }
            do {
                try await Task.sleep(for: .milliseconds(100))
            } catch {
                throw cancelled
            }
        }
    }

    private var cancelled: BackendError {
        BackendError(.cancelled, "Reading the log of run \(runID) was cancelled.")
    }

    /// The number of attempts whose hosts were all started, and whether it is final.
    private func progress() async throws(BackendError) -> (attempts: Int, isOver: Bool) {
        guard let controller = try await controllers.controller(of: runID) else {
            throw BackendError(.notFound, "The rehearsal of run \(runID) and its log no longer exist.")
        }
        return await (controller.startedAttempts, controller.hasEnded)
    }

    /// Finds the containers of further attempts. Only the log of the last attempt can grow.
    private func find(
        _ merge: inout LogMerge, upToAttempt attempts: Int, follow: Bool
    ) async throws(BackendError) {
        let engine = try await connection.client()
        let runID = runID
        let known = merge.attempts
        let found = try await engineCall { () async throws(EngineError) in
            try await engine.containers(labels: ["\(RunContainer.runLabel)=\(runID.rawValue)"])
        }
        let order = found.compactMap { item -> (id: String, host: String, attempt: Int, name: String)? in
            guard let name = item.names.first, let host = item.labels[HostNames.hostLabel],
                let attempt = item.labels[HostNames.attemptLabel].flatMap({ Int($0) }),
                attempt > known, attempt <= attempts
            else { return nil }
            return (item.id, host, attempt, name)
        }.sorted { ($0.attempt, $0.host) < ($1.attempt, $1.host) }
        for item in order {
            logs[item.name] = RunLog(
                connection, runID, container: item.id, from: merge.positions[item.name],
                follow: follow && item.attempt == attempts)
        }
        merge.add(order.map { LogMerge.Container(name: $0.name, host: $0.host) }, upToAttempt: attempts)
    }

    /// Reads a batch of each container that has no lines. Without `follow`, waits for all of them, so that they are
    /// merged in order. With `follow`, waits for the first.
    private func fill(_ merge: inout LogMerge) async throws(BackendError) {
        for name in merge.wanted where reading[name] == nil {
            guard let log = logs[name] else { continue }
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
        guard follow else {
            for name in reading.keys.sorted() { try await take(name, &merge) }
            return
        }
        guard !merge.hasLines, !reading.isEmpty else { return }
        var names = arrivals.makeAsyncIterator()
        guard let first = await names.next() else { throw cancelled }
        try await take(first, &merge)
    }

    private func take(_ name: String, _ merge: inout LogMerge) async throws(BackendError) {
        guard let task = reading[name] else { return }
        let result = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        reading[name] = nil
        merge.arrived(try result.get(), of: name)
    }
}
