internal import Synchronization

/// The container jobs of rehearsed requests. Each request is translated once, although validate, prepare, submit, find
/// and finish all need its job.
///
/// The stored values have no place for a job, so it is remembered by its request. A program that adopts a run
/// translates the stored request again, with the same result: the translation is pure.
final class TranslatedJobs: Sendable {
    /// The number of jobs that are remembered. The oldest are forgotten first.
    static let limit = 64

    private struct State {
        var jobs: [RunRequest: ContainerJob] = [:]
        var order: [RunRequest] = []
    }

    private let state = Mutex(State())

    /// The job of a request. An error is not remembered.
    func job(
        of request: RunRequest, translate: (RunRequest) throws(BackendError) -> ContainerJob
    ) throws(BackendError) -> ContainerJob {
        if let job = state.withLock({ $0.jobs[request] }) { return job }
        let job = try translate(request)
        state.withLock { state in
            guard state.jobs.updateValue(job, forKey: request) == nil else { return }
            state.order.append(request)
            if state.order.count > Self.limit { state.jobs[state.order.removeFirst()] = nil }
        }
        return job
    }
}
