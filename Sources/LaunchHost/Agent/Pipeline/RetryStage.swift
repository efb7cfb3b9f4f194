internal import FoundationEssentials

/// The retry stage: submits a run again that ended without its own fault, if its backend has an alternative.
struct RetryStage: Sendable {
    let store: Store
    let runner: any Runner
    let clock: HostClock
    let log: Logger

    /// The record of the run's next attempt, if its backend has an alternative and the queue allows another attempt.
    func next(of record: RunRecord, after end: Observation) async throws(StoreError) -> RunRecord? {
        let number = (record.pastAttempts?.count ?? 0) + 2
        let limit = record.resolved?.retry?.attempts
        guard end.phase == .failed, record.stopRequestedAt == nil, record.state != .stopping,
            number <= limit ?? .max, case .submitted(let handle, let request?) = record.stage,
            let next = runner.nextAttempt(number, after: request, end, limit: limit)
        else { return nil }
        let past = PastAttempt(
            handle: handle, cause: end.cause, backendStatus: end.backendStatus,
            startedAt: end.startedAt.map { Timestamp($0) }, endedAt: Timestamp(end.endedAt ?? clock.now()))
        do {
            let again = try await store.beginAttempt(
                record.id, token: record.fencingToken, after: past, with: next.request,
                message: "attempt \(number), \(next.summary)")
            log.info("run tried again", ["run": record.id.rawValue, "attempt": "\(number)", "how": next.summary])
            return again
        } catch  where error.code == .refused {
            // A user requested a stop in the meantime.
            return nil
        }
    }
}
