/// How far a run has come: the last value that its pipeline stored, with the values that the next stage needs.
///
/// `RunRecord.stage` computes it, and nothing else decides by the presence of a record's values.
package enum RunStage: Sendable, Hashable {
    /// Waits in its queue. The values of earlier tries are kept, and the next claim continues after them.
    case queued
    /// Claimed; no stage is complete.
    case unresolved
    /// The resolve stage is complete.
    case resolved(ResolvedJob)
    /// The image stage is complete.
    case imaged(ResolvedJob, PinnedImage)
    /// The request is stored. The backend does not have the run, because it was looked up before the last requeue.
    case rendered(RunRequest)
    /// The request is stored, and the backend may have the run.
    case submitting(RunRequest)
    /// The backend has the run. The request is nil if it cannot be read.
    case submitted(RunHandle, RunRequest?)
    /// The run has ended.
    case ended
    /// The record cannot be continued, for the reason in `why`. With the request, the run can be looked up.
    case damaged(why: String, RunRequest?)

    /// The request with which a run without a handle can be looked up in its backend; nil if none is stored.
    package var openRequest: RunRequest? {
        switch self {
        case .rendered(let request), .submitting(let request): request
        case .damaged(_, let request): request
        case .queued, .unresolved, .resolved, .imaged, .submitted, .ended: nil
        }
    }
}

extension RunRecord {
    /// The stage of the run.
    ///
    /// A record with a handle can be observed to its end, whatever else it lacks. Any other record is damaged if one of
    /// its values cannot be read, or if it has a later value without an earlier one.
    package var stage: RunStage {
        if state.isTerminal { return .ended }
        if let handle { return .submitted(handle, request) }
        if let damage { return .damaged(why: damage, request) }
        if state == .queued { return .queued }
        if state == .submitting, let request { return .submitting(request) }
        let missing: String
        switch (resolved, image, request) {
        case _ where !state.mayBecome(.submitting): missing = "handle"
        case _ where state == .submitting: missing = "request"
        case (nil, nil, nil) where state == .claimed: return .unresolved
        case (nil, _, _): missing = "resolved job"
        case (let job?, nil, nil): return .resolved(job)
        case (_?, nil, _?): missing = "image"
        case (let job?, let image?, nil): return .imaged(job, image)
        case (_?, _?, let request?): return .rendered(request)
        }
        return .damaged(why: "The run is \(state.rawValue), and its record has no \(missing).", request)
    }
}
