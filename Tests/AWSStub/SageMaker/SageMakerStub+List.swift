import Foundation
import LaunchHost
import Synchronization

/// Listing jobs, page by page.
extension SageMakerStub {
    func list(_ query: ListQuery, _ region: String) throws(StubError) -> String {
        let (page, next, tellsSecondary, now) = state.withLock { state -> ([StubTrainingJob], Int?, Bool, Double) in
            let now = seconds
            let places = Self.places(query, region, state, now)
            var page: [StubTrainingJob] = []
            var hasMore = false
            for place in places {
                let job = state.jobs[place]
                guard job.region == region, !job.isDeleted,
                    job.created.timeIntervalSince1970 + state.listLag <= now, query.includes(job)
                else { continue }
                guard page.count < query.most else {
                    hasMore = true
                    break
                }
                page.append(job)
            }
            return (page, hasMore ? page.last?.number : nil, state.tellsSecondary, now)
        }
        let summaries = page.compactMap { job -> String? in
            let phase = job.timeline.phases[job.timeline.index(at: now)]
            guard query.shows(job, phase, at: now) else { return nil }
            return Self.summary(of: job, phase, at: now, tellsSecondary: tellsSecondary)
        }
        let token = next.map { ",\"NextToken\":\"\(query.token(after: $0))\"" } ?? ""
        return "{\"TrainingJobSummaries\":[\(summaries.joined(separator: ","))]\(token)}"
    }

    /// The indices of all jobs that may follow, in the order of the list.
    private static func places(_ query: ListQuery, _ region: String, _ state: State, _ now: Double) -> any Sequence<Int>
    {
        let count = state.jobs.count
        // Jobs are created in the order of their numbers, so this order costs only as much as the page.
        if query.order == .creation {
            return query.isDescending
                ? stride(from: (query.after ?? count + 1) - 2, through: 0, by: -1)
                : stride(from: query.after ?? 0, to: count, by: 1)
        }
        let keyed = state.jobs.indices.map { place in
            let job = state.jobs[place]
            return (place, query.order == .name ? job.name : job.timeline.phases[job.timeline.index(at: now)].status)
        }
        var sorted = keyed.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map(\.0)
        if query.isDescending { sorted.reverse() }
        guard let after = query.after, let last = sorted.firstIndex(of: after - 1) else { return sorted }
        return Array(sorted[(last + 1)...])
    }

    /// Written as text, because ten thousand of them are read repeatedly. Names, states and ARNs need no escapes.
    private static func summary(
        of job: StubTrainingJob, _ phase: TrainingTimeline.Phase, at now: Double, tellsSecondary: Bool
    ) -> String {
        var text =
            "{\"TrainingJobName\":\"\(job.name)\",\"TrainingJobArn\":\"\(job.arn)\","
            + "\"CreationTime\":\(job.created.timeIntervalSince1970),\"LastModifiedTime\":\(phase.start),"
            + "\"TrainingJobStatus\":\"\(phase.status)\""
        if tellsSecondary { text += ",\"SecondaryStatus\":\"\(phase.secondary)\"" }
        if job.timeline.trainingStart != nil, job.timeline.hasEnded(at: now) {
            text += ",\"TrainingEndTime\":\(phase.start)"
        }
        if let pool = job.warmPool(at: now), let document = try? JSON.canonical(warmPool(pool)) {
            text += ",\"WarmPoolStatus\":\(document)"
        }
        return text + "}"
    }
}
