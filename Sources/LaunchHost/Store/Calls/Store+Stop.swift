/// The result of a stop request.
public struct StopRequest: Sendable, Hashable {
    /// The effect of a stop request.
    public enum Effect: String, Sendable, Codable {
        /// The run waited in a queue and is now stopped.
        case stopped
        /// The run's owner must stop it.
        case requested
        /// A stop was already requested.
        case alreadyRequested
        /// The run had already ended.
        case alreadyEnded
    }

    /// The effect of the request.
    public var effect: Effect
    /// The run after the request.
    public var run: RunRecord
}

extension Store {
    /// Requests a stop of a run. A run that waits in a queue is stopped at once; for a run under way the owner gets the
    /// request. Calls can be repeated; the shortest grace period counts.
    /// - Parameter grace: whole seconds between SIGTERM and SIGKILL; a negative number counts as 0. Nil means the job's
    ///   own grace period.
    /// - Parameter requester: who requests the stop.
    /// - Throws: `.unknown`.
    package func requestStop(
        _ id: RunID, graceSeconds grace: Int? = nil, by requester: String = SystemUser.atHost
    ) async throws(StoreError) -> StopRequest {
        let grace = grace.map { max(0, $0) }
        return try await write { connection throws(StoreError) in
            let now = try connection.now
            let run = try Self.knownRun(id, connection)
            if run.state.isTerminal { return StopRequest(effect: .alreadyEnded, run: run) }
            if let effect = try connection.checked(.stop(id, grace: grace)) {
                return StopRequest(
                    effect: StopRequest.Effect(rawValue: effect) ?? .requested, run: try Self.knownRun(id, connection))
            }
            let isWaiting = run.state == .queued
            let again = run.stopRequestedAt != nil
            let state = isWaiting ? .stopped : run.state
            let cause = isWaiting ? Cause.stop("Stopped while it waited in the queue", of: requester) : run.cause
            let changed = try connection.first(
                """
                UPDATE runs SET state = ?1, cause = ?2, stop_requested_at = coalesce(stop_requested_at, ?3),
                    stop_requested_by = coalesce(stop_requested_by, ?7),
                    stop_grace = CASE WHEN stop_grace IS NULL OR ?5 < stop_grace THEN ?5 ELSE stop_grace END,
                    ended_at = ?4 WHERE id = ?6 RETURNING *
                """,
                [
                    .text(state.rawValue), try .words(cause), .time(now), .time(isWaiting ? now : nil),
                    grace.map { .integer($0) } ?? .null, .text(id.rawValue),
                    .text(requester),
                ]
            ) { row throws(StoreError) in try RunRecord(row) }
            if !again {
                try Self.addEvent(
                    connection, id, state, cause: Cause(.userStop, "\(requester) requested a stop of the run."),
                    message: isWaiting
                        ? "stopped while it waited" : "stop requested\(grace.map { ", grace \($0) s" } ?? "")", at: now)
            }
            let effect: StopRequest.Effect = isWaiting ? .stopped : again ? .alreadyRequested : .requested
            return StopRequest(effect: effect, run: changed ?? run)
        }
    }
}
