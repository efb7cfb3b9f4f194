internal import Dispatch
internal import LaunchConcurrency

/// Runs the cases on threads of their own: a plugin that blocks its threads then blocks neither the kit nor other tests.
final class CaseExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "launch.conformance.case", attributes: .concurrent)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

/// The result of `body`, or nil if it takes longer than `limit`. Then it is cancelled and left alone: nothing can end a
/// call that never returns.
func limited<T: Sendable>(
    to limit: Duration, _ body: @escaping @Sendable () async throws -> T
) async -> Result<T, any Error>? {
    let future = SingleValueFuture<Result<T, any Error>?>()
    let ended = DispatchSemaphore(value: 0)
    let executor = CaseExecutor()
    let task = Task(executorPreference: executor) {
        let result: Result<T, any Error>
        do {
            result = .success(try await body())
        } catch {
            result = .failure(error)
        }
        future.set(result)
        ended.signal()
    }
    // A thread of its own, because a hanging plugin may occupy all threads that tasks share.
    let time = DispatchTime.now() + .nanoseconds(Int(clamping: Int64(limit / .nanoseconds(1))))
    let isWatched = QuietThread.start(ended) { ended in
        guard ended.wait(timeout: time) == .timedOut else { return }
        if future.set(nil) { task.cancel() }
    }
    if !isWatched { future.set(.failure(FixtureFault("the system cannot start another thread"))) }
    return await future.value
}
