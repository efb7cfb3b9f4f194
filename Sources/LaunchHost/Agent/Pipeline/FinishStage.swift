internal import FoundationEssentials

/// The finish stage: collects what an ended run leaves, records its end, and then releases it in the backend.
struct FinishStage: Sendable {
    let store: Store
    let runner: any Runner
    let capabilities: Capabilities
    let log: Logger
    var limits = SizeLimits.standard
    /// Copies logs to a store that other machines read.
    var relay: LogRelay?
    var metrics: AgentMetrics?

    /// Records the end of `record` that `observation` reports.
    /// - Throws: `BackendError` if the log or the outputs are not available now. Nothing is released then, and the call
    ///   can be repeated. `StoreError` if the record cannot be written.
    func finish(_ record: RunRecord, _ observation: Observation) async throws -> RunRecord {
        guard case .submitted(let handle, let request) = record.stage else { return record }
        let folder = try store.home.makeFolder(of: record.id)
        let unkept = try await archiveLog(of: handle, into: folder)
        try await relay?.complete(record)
        var outcome: Outcome
        if let request {
            outcome = try await runner.finish(handle, of: request, into: folder)
        } else {
            let why = record.damage ?? "The record has no request."
            outcome = Outcome(warnings: ["Outputs and metrics were not kept: the run's request cannot be read. \(why)"])
        }
        if let unkept { outcome.warnings.append(unkept) }
        try await shareReport(of: record, in: folder)
        let outputs = SharedOutputs(store: store, log: log)
        if let elsewhere = try await outputs.copy(outcome.outputs, of: record, in: folder) {
            outcome.warnings.append(elsewhere)
        }
        let end = capabilities.tellsStops ? Self.toldEnd(of: record, observation) : Self.end(of: record, observation)
        let ended = try await store.transition(
            record.id, token: record.fencingToken, to: end.state, cause: end.cause,
            changes: RunChanges(
                outcome: outcome, backendStatus: observation.backendStatus,
                startedAt: observation.startedAt.map { Timestamp($0) },
                endedAt: observation.endedAt.map { Timestamp($0) }))
        await release(ended)
        return ended
    }

    /// Shows the report of a rehearsal to other machines. An error that would repeat must not delay the end of the run.
    private func shareReport(of record: RunRecord, in folder: String) async throws(StoreError) {
        do throws(StoreError) {
            try await store.share(RehearsalRecord.path(in: folder), as: .rehearsal, of: record)
        } catch {
            guard !error.isTemporary else { throw error }
            log.warning(
                "the report of a rehearsal is not in the store",
                ["run": record.id.rawValue, "error": error.description])
        }
    }

    /// Archives the log if the backend does not keep it permanently. Returns why the log is not available: a log that
    /// cannot be read must not delay the end of a run forever.
    private func archiveLog(of handle: RunHandle, into folder: String) async throws(BackendError) -> String? {
        let archive = LogArchive(path: LogArchive.path(in: folder))
        guard !capabilities.keepsLogs, !archive.exists else { return nil }
        do throws(BackendError) {
            let unkept = try await archive.write(
                runner.logs(handle, from: nil, follow: false), limit: limits.logBytes)
            metrics?.archived(archive)
            return unkept
        } catch {
            guard error.category.disposition(in: .archive) == .goWithout else { throw error }
            return "The log was not kept. \(error.description)"
        }
    }

    /// Records the end of a run whose user did not wait until its log and outputs were collected.
    func giveUp(_ record: RunRecord, _ observation: Observation) async throws(StoreError) -> RunRecord {
        let who = record.stopRequestedBy.map { ", as \($0) asked" } ?? ""
        let message = "Stopped while its outputs were copied\(who); those that were not complete are not kept."
        let ended = try await store.transition(
            record.id, token: record.fencingToken, to: .stopped,
            cause: Cause(.userStop, message, exitCode: observation.cause?.exitCode),
            changes: RunChanges(
                backendStatus: observation.backendStatus,
                startedAt: observation.startedAt.map { Timestamp($0) },
                endedAt: observation.endedAt.map { Timestamp($0) }))
        await release(ended)
        return ended
    }

    /// Records that the backend does not know the run.
    func lose(_ record: RunRecord) async throws(StoreError) -> RunRecord {
        let stopped = record.state == .stopping
        return try await store.transition(
            record.id, token: record.fencingToken, to: stopped ? .stopped : .failed,
            cause: stopped
                ? record.cause
                : Cause(.lost, "The backend no longer knows the run; it was removed there."))
    }

    /// Releases what the backend still holds of an ended run. A failure does not affect the run: the next start of an
    /// agent tries again.
    func release(_ record: RunRecord) async {
        guard let handle = record.handle else { return }
        do {
            try await runner.release(handle)
            try await store.markReleased(record.id)
        } catch {
            let message = "what the run left in the backend stays for now"
            if (error as? StoreError)?.isAway == true {
                log.debug(message, ["run": record.id.rawValue, "error": "\(error)"])
            } else {
                log.warning(message, ["run": record.id.rawValue, "error": "\(error)"])
            }
        }
    }

    /// The end state, for a backend that itself reports whether a run was stopped. The record may contain a better
    /// cause: who requested the stop.
    private static func toldEnd(of record: RunRecord, _ observation: Observation) -> (state: RunState, cause: Cause?) {
        switch observation.phase {
        case .succeeded: return (.succeeded, observation.cause)
        case .stopped:
            let isOrdered = record.state == .stopping && observation.cause?.code == .userStop
            return (.stopped, isOrdered ? record.cause ?? observation.cause : observation.cause)
        default: return (.failed, observation.cause)
        }
    }

    /// The end state: the phase of the backend, unless the run ended because the host stopped it.
    private static func end(of record: RunRecord, _ observation: Observation) -> (state: RunState, cause: Cause?) {
        var cause = observation.cause
        if record.state == .stopping, observation.phase != .stopped, !endedBeforeStop(record, observation) {
            let reason = record.cause ?? Cause(.userStop, "Stopped.")
            return (.stopped, Cause(reason.code, reason.message, exitCode: cause?.exitCode))
        }
        switch observation.phase {
        case .succeeded:
            return (.succeeded, cause)
        case .stopped:
            if record.state == .stopping, let reason = record.cause {
                cause = Cause(reason.code, reason.message, exitCode: cause?.exitCode)
            }
            return (.stopped, cause)
        default:
            return (.failed, cause)
        }
    }

    private static func endedBeforeStop(_ record: RunRecord, _ observation: Observation) -> Bool {
        guard let ended = observation.endedAt, let asked = record.stopRequestedAt else { return false }
        return Timestamp(ended) < asked
    }
}

extension LogArchive {
    /// The path of the log archive in the run's folder.
    public static func path(in folder: String) -> String { "\(folder)/log" }
}
