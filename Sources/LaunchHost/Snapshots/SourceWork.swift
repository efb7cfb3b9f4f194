internal import LaunchConcurrency
internal import Synchronization

/// The context of a long scan of files: receives its progress, and can cancel it.
final class SourceWork: Sendable {
    private let tell: @Sendable (SourceProgress) -> Void
    private let cancelled = Atomic<Bool>(false)
    /// The limits of the source.
    let limits: SourceLimits

    init(limits: SourceLimits = .none, _ tell: @escaping @Sendable (SourceProgress) -> Void = { _ in }) {
        self.limits = limits
        self.tell = tell
    }

    func cancel() {
        cancelled.store(true, ordering: .relaxed)
    }

    /// Throws after the work was cancelled.
    func goOn() throws(LaunchError) {
        if cancelled.load(ordering: .relaxed) {
            throw LaunchError(.tryAgain, "reading the source was cancelled.")
        }
    }

    /// Creates a counter for one step of the work.
    func meter(_ step: SourceProgress.Step) -> Meter {
        Meter(work: self, now: SourceProgress(step: step, entries: 0, bytes: 0))
    }

    /// Counts the work, and reports the progress at intervals. Small trees cause no report.
    struct Meter {
        let work: SourceWork
        package var now: SourceProgress
        private var told: (entries: Int, bytes: Int64) = (0, 0)

        init(work: SourceWork, now: SourceProgress) {
            self.work = work
            self.now = now
        }

        /// - Throws: `.invalid` if the source exceeds its limit.
        mutating func add(entries: Int = 0, bytes: Int64 = 0) throws(LaunchError) {
            try work.goOn()
            now.entries += entries
            now.bytes = now.bytes.addingReportingOverflow(bytes).overflow ? Int64.max : now.bytes + bytes
            try work.limits.check(entries: now.entries, bytes: now.bytes)
            guard now.entries - told.entries >= 1000 || now.bytes - told.bytes >= 32 << 20 else { return }
            told = (now.entries, now.bytes)
            work.tell(now)
        }
    }
}

extension SourceWork {
    /// Does blocking work on a separate thread, not on one of the few threads that all tasks share. Cancelling the task
    /// cancels the work.
    package static func run<Result: Sendable>(
        limits: SourceLimits = .none, progress: @escaping @Sendable (SourceProgress) -> Void = { _ in },
        _ body: @escaping @Sendable (SourceWork) throws(LaunchError) -> Result
    ) async throws(LaunchError) -> Result {
        let work = SourceWork(limits: limits, progress)
        let result: Swift.Result<Result, LaunchError> = await withTaskCancellationHandler {
            await withBlockingWork {
                do throws(LaunchError) {
                    return .success(try body(work))
                } catch {
                    return .failure(error)
                }
            }
        } onCancel: {
            work.cancel()
        }
        return try result.get()
    }
}
