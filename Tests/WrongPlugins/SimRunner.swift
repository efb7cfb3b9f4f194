internal import Foundation
internal import Glibc
internal import LaunchPluginKit
internal import Synchronization

/// A runner for the service that keeps the contract, and breaks it at one place on demand.
struct SimRunner: Runner {
    let client: SimClient
    let type: String
    let wrong: WrongRunner?
    /// What this instance remembers, which a correct runner never needs.
    let memory = Memory()

    var pace: Capabilities.Pace { Capabilities.Pace(shortest: .milliseconds(10), longest: .milliseconds(50)) }

    private var service: SimService { client.service }

    // MARK: the request

    func render(_ job: RunnableJob) throws(BackendError) -> RunRequest {
        var document: [String: JSONValue] = ["behaviour": job.job.template["behaviour"] ?? .null]
        switch wrong {
        case .rendersRandom: document["token"] = .string(UUID().uuidString)
        case .prepareStarts: document["id"] = .string(job.job.runID.rawValue)
        case .rendersDate: document["day"] = .integer(Int64(Date().timeIntervalSince1970 / 86_400))
        case .ignoresSignals where document["behaviour"]?.stringValue == "signals":
            document["behaviour"] = .string("signals ignored")
        case .blocksSignals where document["behaviour"]?.stringValue == "signals":
            document["behaviour"] = .string("signals blocked")
        case .rendersZone: document["zone"] = .integer(Int64(TimeZone.current.secondsFromGMT()))
        default: break
        }
        return RunRequest(runner: type, document: .object(document))
    }

    func validate(_ request: RunRequest) -> [Finding] {
        switch wrong {
        case .refusesAll: [Finding(.error, at: FieldPath(), "it is refused")]
        case .findsOnce where Memory.shared.count("validate") > 1: [Finding(.warning, at: FieldPath(), "once more")]
        default: []
        }
    }

    func prepare(
        for request: RunRequest, progress: @escaping @Sendable (BuildProgress) -> Void
    ) async throws(BackendError) {
        guard wrong == .prepareStarts, let id = request.document["id"]?.stringValue.flatMap(RunID.init(rawValue:))
        else { return }
        _ = try client.call { service in try service.locked { try service.create(id, request.document) } }
    }

    // MARK: submit and find

    func submit(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle {
        do throws(BackendError) {
            try await connect(.submitsForever)
            return try await start(request, runID)
        } catch {
            switch wrong {
            case .refusesForGood where error.category == .unavailable:
                throw BackendError(.invalid, "The request is wrong.")
            case .deniesThrottled where error.category == .throttled: throw BackendError(.denied, "Not permitted.")
            case .submitsAgain where error.category == .transient:
                return try client.call { service in
                    handle(try service.locked { try service.create(runID, request.document) })
                }
            default: throw error
            }
        }
    }

    private func start(_ request: RunRequest, _ id: RunID) async throws(BackendError) -> RunHandle {
        switch wrong {
        case .forgetsRuns:
            let run = try client.call { service in try service.locked { try service.create(id, request.document) } }
            return handle(run)
        case .remembersInInstance, .remembersInProcess:
            let memory = wrong == .remembersInProcess ? Memory.shared : memory
            let run = try memory.once("\(service.folder) \(id)") { () throws(BackendError) in
                try client.call { service in try service.locked { try service.create(id, request.document) } }
            }
            return handle(run)
        case .startsLate:
            guard let run = try client.call({ try $0.runs(id).first }) else {
                await service.rendezvous(id)
                return handle(
                    try client.call { service in try service.locked { try service.create(id, request.document) } })
            }
            return handle(run)
        case .trustsLists:
            let known = try client.list().first { $0.id == id }
            let run = try client.call { service in
                try service.locked { () -> SimService.Run in
                    if let known { return known }
                    if service.fault == nil, let run = try service.runs(id).first { return run }
                    return try service.create(id, request.document)
                }
            }
            return handle(run)
        default: break
        }
        if wrong == .findsOwnOnly { Memory.shared.note("\(service.folder) \(id)") }
        let run = try client.call { service in
            try service.locked { () -> SimService.Run in
                guard let run = try service.runs(id).first else { return try service.create(id, request.document) }
                guard run.request == request.document || wrong == .ignoresConflicts else {
                    throw BackendError(
                        wrong == .namesConflictInvalid ? .invalid : .conflict, "Another run has the ID \(id).")
                }
                return run
            }
        }
        try client.loseAnswer()
        return handle(run)
    }

    func find(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle? {
        if wrong == .findsAll { return RunHandle(runner: type, runID: runID) }
        if wrong == .findsOwnOnly, !Memory.shared.knows("\(service.folder) \(runID)") { return nil }
        do throws(BackendError) {
            try await connect()
            return try client.call { try $0.runs(runID).first }.map { handle($0) }
        } catch {
            if wrong == .findsNothingOffline { return nil }
            throw error
        }
    }

    private func handle(_ run: SimService.Run) -> RunHandle {
        if wrong == .handleOfInstance { memory.note("\(run.id)") }
        return RunHandle(runner: type, runID: run.id)
    }

    func reach() async throws(BackendError) {
        switch wrong {
        case .reachesAlways: return
        case .reachesNever: throw BackendError(.unavailable, "It is never reached.")
        default:
            try await connect(.reachesForever)
            try client.call { _ in }
        }
    }

    /// Waits for the service. Without an answer, the wrong plugin waits without end.
    private func connect(_ hanging: WrongRunner? = nil) async throws(BackendError) {
        do throws(BackendError) {
            try await client.connect()
        } catch {
            if let hanging, wrong == hanging { await Self.forever() }
            throw error
        }
    }

    // MARK: observe

    func observe(_ handles: [RunHandle]) async throws(BackendError) -> [Observation] {
        if wrong == .hangs { await Self.forever() }
        if wrong == .crashes { fatalError("a wrong plugin") }
        do throws(BackendError) {
            try await connect(.observesForever)
            var seen: [Observation] = []
            for handle in handles { seen.append(try observe(handle)) }
            if wrong == .observesOne { return Array(seen.prefix(1)) }
            if wrong == .exchanges, seen.count == 2 {
                (seen[0].runID, seen[1].runID) = (seen[1].runID, seen[0].runID)
            }
            return seen
        } catch {
            let phase: Observation.Phase
            switch (wrong, error.category) {
            case (.missesOffline, .unavailable): phase = .missing
            case (.failsOffline, .unavailable), (.failsThrottled, .throttled): phase = .failed
            case (.silentOffline, .unavailable): return []
            default: throw error
            }
            return handles.map { Observation(runID: $0.runID, phase: phase, backendStatus: "?") }
        }
    }

    private func observe(_ handle: RunHandle) throws(BackendError) -> Observation {
        if wrong == .handleOfInstance, !memory.knows("\(handle.runID)") {
            throw BackendError(.notFound, "This instance has not started it.")
        }
        let runs = wrong == .listsOnly ? try client.list() : try client.call { try $0.runs() }
        guard let run = runs.first(where: { $0.id == handle.runID }) else {
            if wrong == .releasedIsError { throw BackendError(.notFound, "There is no such run.") }
            return Observation(runID: handle.runID, phase: .missing, backendStatus: "Unknown")
        }
        return observation(of: run)
    }

    private func observation(of run: SimService.Run) -> Observation {
        let (life, now) = (SimLife(run), service.now)
        let stopped = run.stopped != nil
        guard now >= life.begin || stopped else {
            return Observation(runID: run.id, phase: .starting, backendStatus: "Starting")
        }
        if wrong == .retriesEnd, let first = life.firstEnd, now >= first {
            return Observation(
                runID: run.id, phase: .failed, cause: Cause(.exit, "Its machine failed.", exitCode: 1),
                backendStatus: "Ended", startedAt: life.begin, endedAt: first)
        }
        guard now >= life.end else {
            var phase: Observation.Phase = stopped ? .stopping : .running
            // Back to the start every 10 seconds.
            if wrong == .goesBack, Int(now.timeIntervalSince(life.begin) / 10) % 2 == 1 { phase = .starting }
            return Observation(runID: run.id, phase: phase, backendStatus: "Running", startedAt: life.begin)
        }
        if wrong == .runsAgain, Memory.shared.count("\(run.id)-\(run.number)") == 2 {
            return Observation(runID: run.id, phase: .running, backendStatus: "Running", startedAt: life.begin)
        }
        let code = wrong == .losesExitCode ? 1 : life.exitCode
        var phase: Observation.Phase = code == 0 ? .succeeded : .failed
        if life.isStopped { phase = .stopped }
        if wrong == .allSucceed { phase = .succeeded }
        var seen = Observation(
            runID: run.id, phase: phase, cause: Cause(.exit, "It ended with \(code).", exitCode: code),
            backendStatus: "Ended", startedAt: min(life.begin, life.end), endedAt: life.end)
        switch wrong {
        case .endMoves: seen.endedAt = now
        case .endsBeforeStart: seen.endedAt = life.begin.addingTimeInterval(-0.5)
        case .endsWithoutTime: seen.endedAt = nil
        case .endsInFuture: seen.endedAt = life.end.addingTimeInterval(3600)
        case .stopChangesEnd where stopped: seen.phase = .stopped
        default: break
        }
        return seen
    }

    // MARK: stop

    func stop(_ handle: RunHandle, grace: Duration?) async throws(BackendError) {
        var seconds = (grace ?? .seconds(30)) / .seconds(1)
        if wrong == .killsAtOnce { seconds = 0 }
        if wrong == .neverKills, seconds > 0 { seconds = 900 }
        do throws(BackendError) {
            try await connect(.stopsForever)
            try client.call { service in
                try service.locked {
                    guard var run = try service.runs(handle.runID).first else { return }
                    let life = SimLife(run)
                    let hasEnded = service.now >= life.end
                    if wrong == .stopFailsAfterEnd, hasEnded { throw BackendError(.invalid, "It has ended.") }
                    if hasEnded, wrong != .stopChangesEnd { return }
                    // Longer than the delay before the start: on a loaded machine, the kit's stop may come late.
                    let isEarly = service.now < life.begin.addingTimeInterval(600)
                    if wrong == .stopsRunningOnly, isEarly, seconds > 0 { return }
                    if wrong == .stopsTalkingOnly, life.lines(at: service.now).isEmpty, !life.isFlood, seconds > 0 {
                        return
                    }
                    if wrong == .stopsSilentOnly, life.isFlood, seconds > 0 { return }
                    let now = service.seconds
                    // Another order may bring the end forward.
                    if let stopped = run.stopped {
                        run.grace = min(run.grace, now - stopped + seconds)
                    } else {
                        (run.stopped, run.grace) = (now, seconds)
                    }
                    try service.keep(run)
                }
            }
        } catch {
            if wrong == .stopsOffline { return }
            throw error
        }
        guard wrong == .stopWaits else { return }
        while let seen = try? observe(handle), [.starting, .running, .stopping].contains(seen.phase) {
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    // MARK: logs

    func logs(_ handle: RunHandle, from cursor: LogCursor?, follow: Bool) -> LogStream {
        LogStream {
            let reader = SimLog(runner: self, id: handle.runID, cursor: cursor, follow: follow)
            return { () async throws(BackendError) -> [LogLine]? in try await reader.next() }
        }
    }

    // MARK: the end

    func finish(_ handle: RunHandle, of request: RunRequest, into folder: String) async throws(BackendError) -> Outcome
    {
        guard wrong == .finishesDifferently else { return Outcome(metrics: ["loss": 0.5]) }
        return Outcome(metrics: ["loss": Double(Memory.shared.count("finish"))])
    }

    func release(_ handle: RunHandle) async throws(BackendError) {
        if wrong == .releasesNothing { return }
        leave(handle)
        do throws(BackendError) {
            try await connect()
            try client.call { service in
                for run in try service.runs(handle.runID) { service.remove(run) }
                if wrong != .leavesMachine { service.removeMachine(handle.runID) }
            }
        } catch {
            if wrong == .releasesOffline { return }
            throw error
        }
    }

    /// Leaves something in the process.
    private func leave(_ handle: RunHandle) {
        switch wrong {
        case .leavesFile:
            _ = FileManager.default.createFile(
                atPath: "\(service.folder)/plugin/\(handle.runID)", contents: nil)
        case .leavesDescriptor: _ = open("/dev/null", O_RDONLY | O_CLOEXEC)
        case .leavesSocket: _ = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        case .leavesProcess:
            let process = Process()
            process.executableURL = URL(filePath: "/bin/sleep")
            process.arguments = ["60"]
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try? process.run()
        default: break
        }
    }

    static func forever() async {
        await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
    }
}

/// What a wrong plugin remembers in its process.
final class Memory: Sendable {
    static let shared = Memory()

    private struct State {
        var runs: [String: SimService.Run] = [:]
        var known: Set<String> = []
        var counts: [String: Int] = [:]
    }

    private let state = Mutex(State())

    func once(
        _ key: String, _ body: () throws(BackendError) -> SimService.Run
    ) throws(BackendError) -> SimService.Run {
        if let run = state.withLock({ $0.runs[key] }) { return run }
        return try state.withLock { state throws(BackendError) in
            if let run = state.runs[key] { return run }
            let run = try body()
            state.runs[key] = run
            return run
        }
    }

    func note(_ key: String) { state.withLock { _ = $0.known.insert(key) } }
    func knows(_ key: String) -> Bool { state.withLock { $0.known.contains(key) } }

    func count(_ key: String) -> Int {
        state.withLock { state in
            state.counts[key, default: 0] += 1
            return state.counts[key, default: 0]
        }
    }
}
