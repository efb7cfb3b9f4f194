internal import FoundationEssentials
internal import LaunchPluginKit

/// Which of the jobs with a run's name is the run's. Pure, so every process decides the same.
///
/// Batch has no token that makes a second `SubmitJob` harmless, and names are not unique. `RunTickets` lets one process
/// submit at a time. If there are several jobs nevertheless, or if the definition is the user's, the oldest job
/// remains, and the others are terminated.
struct JobElection: Sendable, Hashable {
    /// The run's job; nil if there is none.
    var job: BatchJob?
    /// Further jobs of the same request that have not ended.
    var surplus: [BatchJob]

    /// - Throws: `conflict` if one of the jobs was made from another request.
    init(_ jobs: [BatchJob], of request: BatchRequest, _ runID: RunID, region: String) throws(BackendError) {
        for job in jobs {
            // Without the permission to tag, the container's environment identifies the run.
            let isOwn =
                job.tags[BatchRequest.fingerprintTag].map { $0 == request.fingerprint } ?? (job.runID == runID.rawValue)
            guard isOwn else {
                throw BackendError(
                    .conflict,
                    "The job queue \(request.queue) in \(region) has a job \(job.name) already (\(job.id)), and it was "
                        + "made from another request.",
                    hint: "Submit the run again: it gets a new ID, and the job a new name.")
            }
        }
        let ordered = jobs.sorted { one, other in
            let times = (one.createdAt ?? .distantFuture, other.createdAt ?? .distantFuture)
            return times.0 == times.1 ? one.id < other.id : times.0 < times.1
        }
        job = ordered.first
        surplus = ordered.dropFirst().filter { !$0.hasEnded }
    }
}
